//! Names and descriptions of errno values, and the few that decide what happens next.

use std::io;

/// What `ENOTSUPP` is inside the kernel. It is not meant to leave it, yet several subsystems let it
/// slip into their answers, and the C library has no name for it.
const ENOTSUPP: i32 = 524;

macro_rules! names {
    ($($name:ident),+ $(,)?) => {
        /// The symbolic name of an errno value, such as `EINVAL`.
        pub(crate) fn name(errno: i32) -> Option<&'static str> {
            Some(match errno {
                $(libc::$name => stringify!($name),)+
                ENOTSUPP => "ENOTSUPP",
                _ => return None,
            })
        }
    };
}

// Left out because they are second names: EWOULDBLOCK (EAGAIN), EDEADLOCK (EDEADLK), ENOTSUP
// (EOPNOTSUPP).
names!(
    EPERM,
    ENOENT,
    ESRCH,
    EINTR,
    EIO,
    ENXIO,
    E2BIG,
    ENOEXEC,
    EBADF,
    ECHILD,
    EAGAIN,
    ENOMEM,
    EACCES,
    EFAULT,
    ENOTBLK,
    EBUSY,
    EEXIST,
    EXDEV,
    ENODEV,
    ENOTDIR,
    EISDIR,
    EINVAL,
    ENFILE,
    EMFILE,
    ENOTTY,
    ETXTBSY,
    EFBIG,
    ENOSPC,
    ESPIPE,
    EROFS,
    EMLINK,
    EPIPE,
    EDOM,
    ERANGE,
    EDEADLK,
    ENAMETOOLONG,
    ENOLCK,
    ENOSYS,
    ENOTEMPTY,
    ELOOP,
    ENOMSG,
    EIDRM,
    ECHRNG,
    EL2NSYNC,
    EL3HLT,
    EL3RST,
    ELNRNG,
    EUNATCH,
    ENOCSI,
    EL2HLT,
    EBADE,
    EBADR,
    EXFULL,
    ENOANO,
    EBADRQC,
    EBADSLT,
    EBFONT,
    ENOSTR,
    ENODATA,
    ETIME,
    ENOSR,
    ENONET,
    ENOPKG,
    EREMOTE,
    ENOLINK,
    EADV,
    ESRMNT,
    ECOMM,
    EPROTO,
    EMULTIHOP,
    EDOTDOT,
    EBADMSG,
    EOVERFLOW,
    ENOTUNIQ,
    EBADFD,
    EREMCHG,
    ELIBACC,
    ELIBBAD,
    ELIBSCN,
    ELIBMAX,
    ELIBEXEC,
    EILSEQ,
    ERESTART,
    ESTRPIPE,
    EUSERS,
    ENOTSOCK,
    EDESTADDRREQ,
    EMSGSIZE,
    EPROTOTYPE,
    ENOPROTOOPT,
    EPROTONOSUPPORT,
    ESOCKTNOSUPPORT,
    EOPNOTSUPP,
    EPFNOSUPPORT,
    EAFNOSUPPORT,
    EADDRINUSE,
    EADDRNOTAVAIL,
    ENETDOWN,
    ENETUNREACH,
    ENETRESET,
    ECONNABORTED,
    ECONNRESET,
    ENOBUFS,
    EISCONN,
    ENOTCONN,
    ESHUTDOWN,
    ETOOMANYREFS,
    ETIMEDOUT,
    ECONNREFUSED,
    EHOSTDOWN,
    EHOSTUNREACH,
    EALREADY,
    EINPROGRESS,
    ESTALE,
    EUCLEAN,
    ENOTNAM,
    ENAVAIL,
    EISNAM,
    EREMOTEIO,
    EDQUOT,
    ENOMEDIUM,
    EMEDIUMTYPE,
    ECANCELED,
    ENOKEY,
    EKEYEXPIRED,
    EKEYREVOKED,
    EKEYREJECTED,
    EOWNERDEAD,
    ENOTRECOVERABLE,
    ERFKILL,
    EHWPOISON,
);

/// The sentence the C library has for an errno value.
pub(crate) fn description(errno: i32) -> String {
    if errno == ENOTSUPP {
        return "Operation not supported by the kernel".to_owned();
    }
    let text = io::Error::from_raw_os_error(errno).to_string();
    // The standard library appends the number, which the caller prints in its own way.
    match text.rsplit_once(" (os error ") {
        Some((sentence, _)) => sentence.to_owned(),
        None => text,
    }
}

/// Questions about errno values, so that no other module needs the numbers.
pub(crate) mod is {
    /// The object, or the device it should be on, does not exist.
    pub(crate) fn not_found(errno: i32) -> bool {
        matches!(
            errno,
            libc::ENOENT | libc::ESRCH | libc::ENODEV | libc::ENXIO | libc::EADDRNOTAVAIL
        )
    }

    /// The object exists already.
    pub(crate) fn exists(errno: i32) -> bool {
        errno == libc::EEXIST
    }

    /// The caller lacks a privilege.
    pub(crate) fn permission(errno: i32) -> bool {
        matches!(errno, libc::EPERM | libc::EACCES)
    }

    /// Something else uses the object; trying again later may work.
    pub(crate) fn busy(errno: i32) -> bool {
        matches!(errno, libc::EBUSY | libc::EAGAIN)
    }

    /// The kernel, or a driver, does not have the feature.
    pub(crate) fn unsupported(errno: i32) -> bool {
        matches!(
            errno,
            libc::EOPNOTSUPP
                | libc::EPROTONOSUPPORT
                | libc::EAFNOSUPPORT
                | libc::ENOPROTOOPT
                | libc::ENOSYS
                | super::ENOTSUPP
        )
    }

    /// A value is one the kernel does not take.
    pub(crate) fn invalid(errno: i32) -> bool {
        matches!(errno, libc::EINVAL | libc::ERANGE)
    }

    /// A wait took too long.
    pub(crate) fn timeout(errno: i32) -> bool {
        errno == libc::ETIMEDOUT
    }

    /// The receive buffer overflowed and messages are lost.
    pub(crate) fn overrun(errno: i32) -> bool {
        errno == libc::ENOBUFS
    }

    /// A datagram is larger than the send buffer.
    pub(crate) fn too_long(errno: i32) -> bool {
        errno == libc::EMSGSIZE
    }

    /// Exactly "no such entry", which is how a dump says that a table does not exist.
    pub(crate) fn no_entry(errno: i32) -> bool {
        errno == libc::ENOENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_descriptions() {
        assert_eq!(name(libc::ERANGE), Some("ERANGE"));
        assert_eq!(name(524), Some("ENOTSUPP"));
        assert_eq!(name(0), None);
        assert_eq!(description(libc::ERANGE), "Numerical result out of range");
    }

    #[test]
    fn every_value_the_c_library_describes_has_a_name() {
        // 41 and 58 were never assigned.
        for errno in (1..=libc::EHWPOISON).filter(|errno| ![41, 58].contains(errno)) {
            assert!(name(errno).is_some(), "{errno}: {}", description(errno));
        }
    }
}
