//! What goes wrong, and where: the one [`Error`] of the library, and [`Errno`].

mod errno;
mod refusal;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use errno::Errno;
pub(crate) use refusal::{Missing, Refusal};

use crate::sys;
use crate::wire::{DecodeError, EncodeError};

/// What every call of this library fails with.
///
/// An error is opaque; what a program wants to know it asks: [`is_not_found`](Self::is_not_found),
/// [`is_exists`](Self::is_exists), [`is_permission`](Self::is_permission), [`errno`](Self::errno).
/// Its text is for people: it names the operation, the errno, the kernel's own words and the
/// attribute they are about.
///
/// ```text
/// RTM_NEWLINK refused: ERANGE (Numerical result out of range)
///   at IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_VXLAN_ID: Numerical result out of range
/// ```
///
/// ```no_run
/// # let nl = netlink::Netlink::new();
/// match nl.links().delete("br0") {
///     Err(error) if error.is_not_found() => println!("gone already"),
///     other => other?,
/// }
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Clone)]
pub struct Error(Box<Kind>);

/// Alias for results of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Kind {
    /// The kernel answered a request with an errno.
    #[error("{0}")]
    Refused(Refusal),
    /// A value cannot be put into a message.
    #[error("{operation} not sent: {source}")]
    Encode {
        operation: &'static str,
        source: EncodeError,
    },
    /// The kernel's answer makes no sense to the decoder.
    #[error("answer to {operation} is malformed: {source}")]
    Decode {
        operation: &'static str,
        source: DecodeError,
    },
    /// The library refuses, because the kernel would do something else than what was asked.
    #[error("{operation} not sent: {reason}")]
    Invalid {
        operation: &'static str,
        reason: String,
    },
    /// A system call failed.
    #[error("{doing}: {source}")]
    Io {
        doing: &'static str,
        source: Arc<io::Error>,
    },
    /// The socket did not take a request, or did not deliver its answer.
    #[error("{operation}: {what}: {source}")]
    Transport {
        operation: &'static str,
        what: &'static str,
        sent: bool,
        source: Arc<io::Error>,
    },
    /// The deadline passed.
    #[error("{operation} timed out {}", if *.sent { "waiting for the answer; it may have taken effect" } else { "before it was sent" })]
    Timeout { operation: &'static str, sent: bool },
    /// A dump was interrupted by changes, and so was each retry.
    #[error(
        "{operation} was interrupted by changes {attempts} times; the list may be inconsistent"
    )]
    Interrupted {
        operation: &'static str,
        attempts: u32,
    },
    /// Answers were lost because the receive buffer was full, or one was longer than any buffer.
    #[error("{operation}: the answer was lost ({how}); it may have taken effect")]
    Lost {
        operation: &'static str,
        how: &'static str,
    },
    /// The kernel ended the exchange without the object it owes.
    #[error("{operation} was answered without an object")]
    NoObject { operation: &'static str },
    /// Some messages of a dump do not decode.
    #[error("{operation}: {count} of the messages are malformed, the first: {source}")]
    Undecodable {
        operation: &'static str,
        count: usize,
        source: DecodeError,
    },
    /// A sandbox could not be made.
    #[error("{doing}: {source}{}{}", if .hint.is_some() { "; " } else { "" }, .hint.unwrap_or_default())]
    Sandbox {
        doing: &'static str,
        hint: Option<&'static str>,
        forbidden: bool,
        source: Arc<io::Error>,
    },
}

impl Error {
    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }

    #[cold]
    pub(crate) fn io(doing: &'static str, source: io::Error) -> Self {
        Kind::Io {
            doing,
            source: Arc::new(source),
        }
        .into()
    }

    #[cold]
    pub(crate) fn invalid(operation: &'static str, reason: impl Into<String>) -> Self {
        Kind::Invalid {
            operation,
            reason: reason.into(),
        }
        .into()
    }

    #[cold]
    pub(crate) fn no_object(operation: &'static str) -> Self {
        Kind::NoObject { operation }.into()
    }

    /// The object, or the interface it belongs to, does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind(), Kind::NoObject { .. }) || self.errno_is(sys::is::not_found)
    }

    /// The object exists already.
    pub fn is_exists(&self) -> bool {
        self.errno_is(sys::is::exists)
    }

    /// A privilege is missing, most often `CAP_NET_ADMIN`.
    pub fn is_permission(&self) -> bool {
        self.errno_is(sys::is::permission)
    }

    /// Something else uses the object.
    pub fn is_busy(&self) -> bool {
        self.errno_is(sys::is::busy)
    }

    /// The kernel does not have the protocol, the kind or the feature.
    pub fn is_unsupported(&self) -> bool {
        self.errno_is(sys::is::unsupported)
    }

    /// The kernel does not take a value, or the library knows that it would not.
    pub fn is_invalid(&self) -> bool {
        matches!(self.kind(), Kind::Encode { .. } | Kind::Invalid { .. })
            || self.errno_is(sys::is::invalid)
    }

    /// Changes interrupted a dump again and again, so that what it showed may be inconsistent.
    ///
    /// A signal is no reason for this: interrupted system calls are repeated.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.kind(), Kind::Interrupted { .. })
    }

    /// The deadline passed. Whether the request was sent by then says [`may_have_happened`](Self::may_have_happened).
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), Kind::Timeout { .. }) || self.errno_is(sys::is::timeout)
    }

    /// Bytes from the kernel made no sense.
    pub fn is_malformed(&self) -> bool {
        matches!(self.kind(), Kind::Decode { .. } | Kind::Undecodable { .. })
    }

    /// Answers were lost: the receive buffer was full, or one did not fit into any buffer.
    pub fn is_lost(&self) -> bool {
        matches!(self.kind(), Kind::Lost { .. })
    }

    /// The request was sent and its outcome is not known: it may have taken effect.
    pub fn may_have_happened(&self) -> bool {
        match self.kind() {
            Kind::Timeout { sent, .. } | Kind::Transport { sent, .. } => *sent,
            Kind::Lost { .. } | Kind::Decode { .. } => true,
            _ => false,
        }
    }

    /// The errno of the kernel's answer, or of the system call that failed.
    pub fn errno(&self) -> Option<Errno> {
        match self.kind() {
            Kind::Refused(refusal) => Some(refusal.errno),
            Kind::Io { source, .. }
            | Kind::Transport { source, .. }
            | Kind::Sandbox { source, .. } => source.raw_os_error().map(Errno),
            _ => None,
        }
    }

    /// What the kernel says beyond the errno, in its own words.
    pub fn kernel_message(&self) -> Option<&str> {
        match self.kind() {
            Kind::Refused(refusal) => refusal.message.as_deref(),
            _ => None,
        }
    }

    /// The operation that failed, by the name of its message, such as `RTM_NEWLINK`.
    pub fn operation(&self) -> Option<&'static str> {
        match self.kind() {
            Kind::Refused(Refusal { operation, .. })
            | Kind::Encode { operation, .. }
            | Kind::Decode { operation, .. }
            | Kind::Invalid { operation, .. }
            | Kind::Timeout { operation, .. }
            | Kind::Transport { operation, .. }
            | Kind::Interrupted { operation, .. }
            | Kind::Lost { operation, .. }
            | Kind::NoObject { operation }
            | Kind::Undecodable { operation, .. } => Some(operation),
            Kind::Io { .. } | Kind::Sandbox { .. } => None,
        }
    }

    /// The way to the attribute at fault, such as `IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_VXLAN_ID`.
    pub fn attribute(&self) -> Option<&str> {
        match self.kind() {
            Kind::Refused(refusal) => refusal.attribute.as_deref(),
            _ => None,
        }
    }

    fn errno_is(&self, question: fn(i32) -> bool) -> bool {
        self.errno().is_some_and(|errno| question(errno.0))
    }
}

impl From<io::Error> for Error {
    /// For transports of one's own.
    fn from(source: io::Error) -> Self {
        Self::io("transport", source)
    }
}

impl From<Kind> for Error {
    #[cold]
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    /// The same text as `Display`, since this is what `main` prints when it returns an error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(errno: i32) -> Error {
        Kind::Refused(Refusal::new("RTM_NEWLINK", Errno(errno))).into()
    }

    #[test]
    fn an_error_is_one_word_and_travels() {
        fn travels<T: Send + Sync + Clone + 'static>() {}
        travels::<Error>();
        assert!(size_of::<Error>() <= 16);
        assert!(size_of::<Result<()>>() <= 16);
    }

    #[test]
    fn questions() {
        assert!(refused(libc::ENODEV).is_not_found());
        assert!(refused(libc::EEXIST).is_exists());
        assert!(refused(libc::EPERM).is_permission());
        assert!(refused(libc::EBUSY).is_busy());
        assert!(refused(libc::EOPNOTSUPP).is_unsupported());
        assert!(refused(libc::ERANGE).is_invalid());
        assert!(!refused(libc::EINTR).is_interrupted());
        assert_eq!(refused(libc::EINVAL).errno(), Some(Errno(libc::EINVAL)));
        assert_eq!(refused(libc::EINVAL).operation(), Some("RTM_NEWLINK"));
    }

    #[test]
    fn a_timeout_says_whether_it_was_sent() {
        let sent: Error = Kind::Timeout {
            operation: "RTM_NEWLINK",
            sent: true,
        }
        .into();
        assert!(sent.is_timeout() && sent.may_have_happened());
        assert_eq!(
            sent.to_string(),
            "RTM_NEWLINK timed out waiting for the answer; it may have taken effect"
        );
    }

    #[test]
    fn a_sandbox_error_carries_the_hint() {
        let error: Error = Kind::Sandbox {
            doing: "cannot make a namespace",
            hint: Some("allow it"),
            forbidden: true,
            source: Arc::new(io::Error::from_raw_os_error(libc::EPERM)),
        }
        .into();
        assert_eq!(
            error.to_string(),
            "cannot make a namespace: Operation not permitted (os error 1); allow it"
        );
        assert!(error.is_permission());
    }
}
