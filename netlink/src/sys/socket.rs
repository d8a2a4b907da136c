//! One netlink socket: open, bind, options, send, receive, wait.

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Instant;

use crate::transport::Received;

/// A bound netlink socket that talks to the kernel.
#[derive(Debug)]
pub(crate) struct Socket {
    fd: OwnedFd,
    port: u32,
    /// Nobody but the kernel can send to it.
    private: bool,
}

/// Room for one control message with the id of a network namespace, aligned as the kernel wants it.
type Control = [u64; 8];

/// Datagrams that one call of [`Socket::receive_many`] takes at most.
pub(crate) const MANY: usize = 64;

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
        Ok(Self {
            fd,
            port,
            private: false,
        })
    }

    /// The port id the kernel chose.
    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    /// Switches a netlink socket option, or names a group for it.
    pub(crate) fn set_option(&self, option: i32, value: u32) -> io::Result<()> {
        set_integer(self.fd.as_fd(), libc::SOL_NETLINK, option, value)
    }

    /// Lets nobody but the kernel send to this socket: others get `ECONNREFUSED`. So the sender of what is received need
    /// not be asked for, which spares the kernel to write it out each time: 1.5 % of a request and its acknowledgement.
    /// Multicasts are not affected.
    pub(crate) fn connect(&mut self) -> io::Result<()> {
        let address = empty_address();
        // SAFETY: the pointer is to a live `sockaddr_nl` and the length is its size; it is only read.
        let status = unsafe {
            libc::connect(
                self.fd.as_raw_fd(),
                ptr::from_ref(&address).cast(),
                socklen::<libc::sockaddr_nl>(),
            )
        };
        check(status)?;
        // What others sent before that: there has been no request, so nothing of the kernel's is among it. The second round
        // is for what stands behind the news that there was too much of it.
        for _ in 0..2 {
            while self.receive(&mut []).is_ok() {}
        }
        self.private = true;
        Ok(())
    }

    /// What the kernel really uses as room for what was not received yet, in bytes of its own memory.
    pub(crate) fn receive_buffer(&self) -> io::Result<usize> {
        integer(self.fd.as_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF)
    }

    /// What the kernel really uses as room for what is being sent.
    pub(crate) fn send_buffer(&self) -> io::Result<usize> {
        integer(self.fd.as_fd(), libc::SOL_SOCKET, libc::SO_SNDBUF)
    }

    /// Asks for so much room; without privilege the system's limit caps it silently, so that only
    /// [`Self::receive_buffer`] tells what came of it.
    pub(crate) fn set_receive_buffer(&self, bytes: u32) -> io::Result<()> {
        // The kernel doubles what it is told, to account for its own structures.
        self.set_buffer(libc::SO_RCVBUFFORCE, libc::SO_RCVBUF, bytes / 2)
    }

    /// The same for sending.
    pub(crate) fn set_send_buffer(&self, bytes: u32) -> io::Result<()> {
        self.set_buffer(libc::SO_SNDBUFFORCE, libc::SO_SNDBUF, bytes / 2)
    }

    fn set_buffer(&self, forced: i32, plain: i32, bytes: u32) -> io::Result<()> {
        let fd = self.fd.as_fd();
        set_integer(fd, libc::SOL_SOCKET, forced, bytes)
            .or_else(|_| set_integer(fd, libc::SOL_SOCKET, plain, bytes))
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

    /// Receives one datagram into `buffer`; `WouldBlock` if there is none.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        if !self.private {
            return self.receive_with_origin(buffer);
        }
        // As below; `recvfrom` spares the kernel to copy the description of the buffers.
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        // SAFETY: pointer and length describe `buffer`, which is borrowed mutably for the whole call. The kernel writes no
        // more than that and keeps no pointer; without room for an address it writes none.
        let full = retry(|| unsafe {
            libc::recvfrom(
                self.fd.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                flags,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        })?;
        Ok(Received::whole(full).within(buffer.len()))
    }

    /// The same with who sent it, and from which namespace.
    fn receive_with_origin(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let mut address = empty_address();
        let mut control: Control = [0; 8];
        let mut part = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: buffer.len(),
        };
        let mut header = empty_header();
        header.msg_name = ptr::from_mut(&mut address).cast();
        header.msg_namelen = socklen::<libc::sockaddr_nl>();
        header.msg_iov = &mut part;
        header.msg_iovlen = 1;
        header.msg_control = control.as_mut_ptr().cast();
        // The C library's type for this length differs between systems; the value is small.
        header.msg_controllen = mem::size_of::<Control>() as _;
        // With MSG_TRUNC the length returned is that of the datagram, however much of it fitted.
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        // SAFETY: `header` points to `address`, `control` and `part`, live locals with the sizes
        // given; `part` describes `buffer`, which is borrowed mutably for the whole call. The kernel
        // writes no more than those sizes and keeps no pointer.
        let full = retry(|| unsafe { libc::recvmsg(self.fd.as_raw_fd(), &mut header, flags) })?;
        Ok(Received {
            len: full.min(buffer.len()),
            full,
            sender: address.nl_pid,
            group: lowest_group(address.nl_groups),
            nsid: nsid(&header),
        })
    }

    /// Receives what is there, up to [`MANY`] datagrams, each into its own `slot` bytes of `buffer`;
    /// `WouldBlock` if there is nothing.
    pub(crate) fn receive_many(
        &self,
        buffer: &mut [u8],
        slot: usize,
        received: &mut Vec<Received>,
    ) -> io::Result<()> {
        let mut addresses = [empty_address(); MANY];
        let empty = libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        };
        let mut parts = [empty; MANY];
        let entry = libc::mmsghdr {
            msg_hdr: empty_header(),
            msg_len: 0,
        };
        let mut entries = [entry; MANY];
        let mut count = 0;
        let slots = buffer.chunks_exact_mut(slot.max(1)).zip(&mut addresses);
        for (((bytes, address), part), entry) in slots.zip(&mut parts).zip(&mut entries) {
            *part = libc::iovec {
                iov_base: bytes.as_mut_ptr().cast(),
                iov_len: bytes.len(),
            };
            if !self.private {
                entry.msg_hdr.msg_name = ptr::from_mut(address).cast();
                entry.msg_hdr.msg_namelen = socklen::<libc::sockaddr_nl>();
            }
            entry.msg_hdr.msg_iov = part;
            entry.msg_hdr.msg_iovlen = 1;
            count += 1;
        }
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        // SAFETY: the first `count` entries point to one live part each, and to a live address or none; the
        // parts describe disjoint pieces of `buffer`, which is borrowed mutably for the whole call.
        // The kernel writes no more than the sizes given, and a null timeout means none.
        let got = retry(|| unsafe {
            let fd = self.fd.as_raw_fd();
            // The type of the flags differs between C libraries.
            libc::recvmmsg(fd, entries.as_mut_ptr(), count, flags as _, ptr::null_mut()) as isize
        })?;
        received.clear();
        received.extend(
            entries
                .iter()
                .zip(&addresses)
                .take(got)
                .map(|(entry, address)| {
                    let full = usize::try_from(entry.msg_len).unwrap_or(usize::MAX);
                    Received {
                        len: full.min(slot),
                        full,
                        sender: address.nl_pid,
                        group: lowest_group(address.nl_groups),
                        nsid: None,
                    }
                }),
        );
        Ok(())
    }
}

/// Waits until something can be received, or until a moment; false if that came first.
pub(crate) fn wait_readable(fd: BorrowedFd<'_>, until: Option<Instant>) -> io::Result<bool> {
    loop {
        let millis = match until {
            None => -1,
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(false);
                }
                // Rounded up, so that the last millisecond is slept and not spun through.
                i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
            }
        };
        let mut poll = libc::pollfd {
            fd: fd.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: the pointer is to one live `pollfd`, and the count says one.
        let ready = unsafe { libc::poll(&mut poll, 1, millis) };
        match check(ready) {
            Ok(0) => {}
            // An error condition also wakes `poll`; the receive that follows reports it.
            Ok(_) => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
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

fn set_integer(fd: BorrowedFd<'_>, level: i32, option: i32, value: u32) -> io::Result<()> {
    // SAFETY: the pointer is to a live integer and the length is its size; the kernel only reads it,
    // before the call returns.
    let status = unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            option,
            ptr::from_ref(&value).cast(),
            socklen::<u32>(),
        )
    };
    check(status).map(drop)
}

fn integer(fd: BorrowedFd<'_>, level: i32, option: i32) -> io::Result<usize> {
    let mut value: u32 = 0;
    let mut len = socklen::<u32>();
    // SAFETY: both pointers are to live locals; `len` holds the size of `value`, and the kernel
    // writes at most that many bytes to it.
    let status = unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            level,
            option,
            ptr::from_mut(&mut value).cast(),
            &mut len,
        )
    };
    check(status)?;
    Ok(usize::try_from(value).unwrap_or(usize::MAX))
}

/// The number of a group in the mask of a sender's address, which holds the first 32 only.
fn lowest_group(mask: u32) -> u32 {
    if mask == 0 {
        0
    } else {
        mask.trailing_zeros() + 1
    }
}

/// The namespace id that came beside a datagram. Without one it is from the socket's own namespace.
fn nsid(header: &libc::msghdr) -> Option<i32> {
    // SAFETY: the kernel filled `header` in and its control buffer is still borrowed by the caller;
    // the C library's macros stay within `msg_controllen`. The data of a message of this kind is one
    // `int`, which is read without assuming that it is aligned.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(header);
        while let Some(message) = at.as_ref() {
            let is_nsid = message.cmsg_level == libc::SOL_NETLINK
                && message.cmsg_type == libc::NETLINK_LISTEN_ALL_NSID
                && message.cmsg_len >= libc::CMSG_LEN(4) as _;
            if is_nsid {
                return Some(ptr::read_unaligned(libc::CMSG_DATA(at).cast::<i32>()));
            }
            at = libc::CMSG_NXTHDR(header, at);
        }
    }
    None
}

/// A header that describes nothing yet.
fn empty_header() -> libc::msghdr {
    // SAFETY: `msghdr` consists of integers and pointers, for which all zeroes is a valid value.
    unsafe { mem::zeroed() }
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
        first.set_option(option, 1).unwrap();
        assert!(first.option(option).unwrap());
    }

    #[test]
    fn the_deadline_ends_the_wait() {
        let socket = Socket::open(u16::try_from(libc::NETLINK_ROUTE).unwrap()).unwrap();
        let mut buffer = [0; 64];
        let error = socket.receive(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let start = Instant::now();
        let deadline = start + Duration::from_millis(20);
        assert!(!wait_readable(socket.as_fd(), Some(deadline)).unwrap());
        assert!(start.elapsed() >= Duration::from_millis(20));
    }

    #[test]
    fn the_buffers_are_what_the_kernel_made_of_the_wish() {
        let socket = Socket::open(u16::try_from(libc::NETLINK_ROUTE).unwrap()).unwrap();
        socket.set_receive_buffer(64 * 1024).unwrap();
        assert_eq!(socket.receive_buffer().unwrap(), 64 * 1024);
        socket.set_send_buffer(64 * 1024).unwrap();
        assert_eq!(socket.send_buffer().unwrap(), 64 * 1024);
    }

    #[test]
    fn nobody_but_the_kernel_sends_to_a_connected_socket() {
        let protocol = u16::try_from(libc::NETLINK_ROUTE).unwrap();
        let stranger = Socket::open(protocol).unwrap();
        let mut socket = Socket::open(protocol).unwrap();
        let mut address = empty_address();
        address.nl_pid = socket.port();
        let forge = || {
            // SAFETY: pointers and lengths describe live locals, which are only read.
            check(unsafe {
                libc::sendto(
                    stranger.fd.as_raw_fd(),
                    [0_u8; 32].as_ptr().cast(),
                    32,
                    0,
                    ptr::from_ref(&address).cast(),
                    socklen::<libc::sockaddr_nl>(),
                ) as i32
            })
        };
        let mut buffer = [0; 64];
        forge().unwrap();
        assert_eq!(socket.receive(&mut buffer).unwrap().sender, stranger.port());
        // What is there already when it is connected is thrown away.
        forge().unwrap();
        socket.connect().unwrap();
        let refused = forge().unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::ECONNREFUSED));
        let error = socket.receive(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn an_absent_protocol_is_an_error() {
        let error = Socket::open(250).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPROTONOSUPPORT));
    }
}
