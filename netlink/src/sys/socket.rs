//! One netlink socket: open, bind, options, send, receive, wait.

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Instant;

/// A bound netlink socket that talks to the kernel.
#[derive(Debug)]
pub(crate) struct Socket {
    fd: OwnedFd,
    port: u32,
}

/// What one receive brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Bytes of the datagram that are in the buffer.
    pub(crate) len: usize,
    /// Port id of the sender; 0 is the kernel. The socket layer fills it in, so unlike the port id
    /// in the message header nobody can forge it.
    pub(crate) sender: u32,
    /// The datagram was longer than the buffer and its end is lost.
    pub(crate) truncated: bool,
}

impl Socket {
    /// Opens a socket of the protocol and lets the kernel choose its port id.
    ///
    /// A port id chosen here (the process id is the usual guess) collides as soon as another part
    /// of the process has the same idea.
    pub(crate) fn open(protocol: u16) -> io::Result<Self> {
        // SAFETY: `socket` takes three integers and touches no memory of ours.
        let raw = unsafe {
            libc::socket(
                libc::AF_NETLINK,
                libc::SOCK_RAW | libc::SOCK_CLOEXEC,
                i32::from(protocol),
            )
        };
        check(raw)?;
        // SAFETY: `raw` was just returned by a successful `socket`, so it is open, and nothing else
        // knows it, so this is its only owner.
        let fd = unsafe { OwnedFd::from_raw_fd(raw) };
        bind(fd.as_fd())?;
        let port = bound_port(fd.as_fd())?;
        Ok(Self { fd, port })
    }

    /// The port id the kernel chose.
    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    /// Switches a netlink socket option.
    pub(crate) fn set_option(&self, option: i32, on: bool) -> io::Result<()> {
        let value = libc::c_int::from(on);
        // SAFETY: the pointer is to a live `c_int` and the length is that of a `c_int`; the kernel
        // only reads it, before the call returns.
        let status = unsafe {
            libc::setsockopt(
                self.fd.as_raw_fd(),
                libc::SOL_NETLINK,
                option,
                ptr::from_ref(&value).cast(),
                socklen::<libc::c_int>(),
            )
        };
        check(status).map(drop)
    }

    /// Whether a netlink socket option is on.
    ///
    /// Older kernels write one byte of the four, so the integer starts as zero and anything but
    /// zero counts as on: that reads right in either byte order.
    #[cfg(test)]
    pub(crate) fn option(&self, option: i32) -> io::Result<bool> {
        let mut value: libc::c_int = 0;
        let mut len = socklen::<libc::c_int>();
        // SAFETY: both pointers are to live locals; `len` holds the size of `value`, and the kernel
        // writes at most that many bytes to it.
        let status = unsafe {
            libc::getsockopt(
                self.fd.as_raw_fd(),
                libc::SOL_NETLINK,
                option,
                ptr::from_mut(&mut value).cast(),
                &mut len,
            )
        };
        check(status)?;
        Ok(value != 0)
    }

    /// Sends one datagram (one or more messages) to the kernel.
    ///
    /// The kernel works on most requests inside this call, so that it may take as long as they do.
    pub(crate) fn send(&self, datagram: &[u8]) -> io::Result<()> {
        // SAFETY: pointer and length describe `datagram`, which outlives the call and is only read.
        // A null address is allowed and means the socket's default destination, the kernel.
        let sent = retry(|| unsafe {
            libc::sendto(
                self.fd.as_raw_fd(),
                datagram.as_ptr().cast(),
                datagram.len(),
                0,
                ptr::null(),
                0,
            )
        })?;
        // A datagram goes whole or not at all; the check costs nothing and guards the assumption.
        if sent == datagram.len() {
            Ok(())
        } else {
            Err(io::ErrorKind::WriteZero.into())
        }
    }

    /// Receives one datagram into `buffer`, waiting until `deadline` (for ever without one).
    ///
    /// `Ok(None)` means that the deadline passed. The reply to most requests is queued before
    /// [`Self::send`] returns, so the first try does not wait; only if there is nothing yet does the
    /// deadline cost a second system call.
    pub(crate) fn receive(
        &self,
        buffer: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Option<Received>> {
        let Some(deadline) = deadline else {
            return self.receive_with(buffer, 0).map(Some);
        };
        loop {
            match self.receive_with(buffer, libc::MSG_DONTWAIT) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other.map(Some),
            }
            if !self.wait(deadline)? {
                return Ok(None);
            }
        }
    }

    fn receive_with(&self, buffer: &mut [u8], flags: libc::c_int) -> io::Result<Received> {
        let mut address = empty_address();
        let mut part = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: buffer.len(),
        };
        // SAFETY: `msghdr` consists of integers and pointers, for which all zeroes is a valid value.
        let mut header: libc::msghdr = unsafe { mem::zeroed() };
        header.msg_name = ptr::from_mut(&mut address).cast();
        header.msg_namelen = socklen::<libc::sockaddr_nl>();
        header.msg_iov = &mut part;
        header.msg_iovlen = 1;
        // SAFETY: `header` points to `address` and `part`, both live locals with the sizes given;
        // `part` describes `buffer`, which is borrowed mutably for the whole call. The kernel writes
        // no more than those sizes and keeps no pointer.
        let len = retry(|| unsafe { libc::recvmsg(self.fd.as_raw_fd(), &mut header, flags) })?;
        Ok(Received {
            len: len.min(buffer.len()),
            sender: address.nl_pid,
            truncated: header.msg_flags & libc::MSG_TRUNC != 0,
        })
    }

    /// Waits until something can be received; false if the deadline passed first.
    fn wait(&self, deadline: Instant) -> io::Result<bool> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            // Rounded up, so that the last millisecond is slept and not spun through.
            let millis = left.as_micros().div_ceil(1000);
            let mut poll = libc::pollfd {
                fd: self.fd.as_raw_fd(),
                events: libc::POLLIN,
                revents: 0,
            };
            // SAFETY: the pointer is to one live `pollfd`, and the count says one.
            let ready =
                unsafe { libc::poll(&mut poll, 1, i32::try_from(millis).unwrap_or(i32::MAX)) };
            match check(ready) {
                Ok(0) => {}
                // An error condition also wakes `poll`; the receive that follows reports it.
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn bind(fd: BorrowedFd<'_>) -> io::Result<()> {
    let address = empty_address();
    // SAFETY: the pointer is to a live `sockaddr_nl` and the length is its size; it is only read.
    let status = unsafe {
        libc::bind(
            fd.as_raw_fd(),
            ptr::from_ref(&address).cast(),
            socklen::<libc::sockaddr_nl>(),
        )
    };
    check(status).map(drop)
}

fn bound_port(fd: BorrowedFd<'_>) -> io::Result<u32> {
    let mut address = empty_address();
    let mut len = socklen::<libc::sockaddr_nl>();
    // SAFETY: both pointers are to live locals; `len` holds the size of `address`, and the kernel
    // writes at most that many bytes to it.
    let status =
        unsafe { libc::getsockname(fd.as_raw_fd(), ptr::from_mut(&mut address).cast(), &mut len) };
    check(status)?;
    Ok(address.nl_pid)
}

/// The kernel's address as destination, "choose for me" when binding.
fn empty_address() -> libc::sockaddr_nl {
    // SAFETY: `sockaddr_nl` consists of integers only, for which all zeroes is a valid value.
    let mut address: libc::sockaddr_nl = unsafe { mem::zeroed() };
    // The address family fits: the field is what the kernel calls `sa_family_t`.
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address
}

/// Size of a type as the socket calls want it.
fn socklen<T>() -> libc::socklen_t {
    // The structs passed have a few dozen bytes.
    mem::size_of::<T>() as libc::socklen_t
}

fn check(status: libc::c_int) -> io::Result<libc::c_int> {
    if status < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(status)
    }
}

/// Runs a transfer again for as long as a signal interrupts it.
fn retry(mut transfer: impl FnMut() -> libc::ssize_t) -> io::Result<usize> {
    loop {
        match usize::try_from(transfer()) {
            Ok(len) => return Ok(len),
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ports_differ_and_options_stick() {
        let protocol = u16::try_from(libc::NETLINK_ROUTE).unwrap();
        let first = Socket::open(protocol).unwrap();
        let second = Socket::open(protocol).unwrap();
        assert_ne!(first.port(), 0);
        assert_ne!(first.port(), second.port());
        let option = libc::NETLINK_EXT_ACK;
        assert!(!first.option(option).unwrap());
        first.set_option(option, true).unwrap();
        assert!(first.option(option).unwrap());
    }

    #[test]
    fn the_deadline_ends_the_wait() {
        let socket = Socket::open(u16::try_from(libc::NETLINK_ROUTE).unwrap()).unwrap();
        let start = Instant::now();
        let deadline = start + Duration::from_millis(20);
        let mut buffer = [0; 64];
        assert_eq!(socket.receive(&mut buffer, Some(deadline)).unwrap(), None);
        assert!(start.elapsed() >= Duration::from_millis(20));
    }

    #[test]
    fn an_absent_protocol_is_an_error() {
        let error = Socket::open(250).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPROTONOSUPPORT));
    }
}
