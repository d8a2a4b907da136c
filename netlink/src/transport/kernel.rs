//! The real thing: netlink sockets.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use super::{Buffers, Inbox, Options, Received, Transport, Transports};
use crate::error::{Error, Result};
use crate::generated::core::SocketOption;
use crate::netns::NetNs;
use crate::sys::Socket;

/// Opens netlink sockets, in the caller's network namespace or in another one.
#[derive(Debug, Default)]
pub struct Kernel {
    namespace: Option<NetNs>,
}

impl Kernel {
    /// Sockets in the namespace of the thread whose call opens them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sockets in another namespace, opened on a thread made for that.
    pub fn in_namespace(namespace: NetNs) -> Self {
        Self {
            namespace: Some(namespace),
        }
    }
}

impl Transports for Kernel {
    fn open(&self, options: &Options) -> Result<Box<dyn Transport>> {
        let open = || Socket::open(options.protocol);
        let socket = match &self.namespace {
            Some(namespace) => namespace.run(open)?,
            None => open(),
        };
        let socket = socket.map_err(|error| Error::io("cannot open a netlink socket", error))?;
        Ok(Box::new(KernelSocket::new(socket, options)?))
    }

    fn elsewhere(&self, namespace: &NetNs) -> Result<Arc<dyn Transports>> {
        Ok(Arc::new(Self::in_namespace(namespace.try_clone()?)))
    }
}

/// A socket with its options set.
#[derive(Debug)]
struct KernelSocket {
    socket: Socket,
    strict: bool,
    buffers: Buffers,
}

impl KernelSocket {
    fn new(mut socket: Socket, options: &Options) -> Result<Self> {
        // All three are comforts an old kernel may lack. Without the first, errors explain less; the
        // second only saves bytes, as the engine reads both forms; without the third the kernel does
        // not filter, and listings send the older form of their request.
        let has = |option: SocketOption| socket.set_option(option.0, 1).is_ok();
        has(SocketOption::EXT_ACK);
        has(SocketOption::CAP_ACK);
        let strict = has(SocketOption::GET_STRICT_CHK);
        if let Some(bytes) = options.receive_buffer {
            socket
                .set_receive_buffer(bytes)
                .map_err(|error| Error::io("cannot set the receive buffer", error))?;
        }
        if options.all_namespaces {
            socket
                .set_option(SocketOption::LISTEN_ALL_NSID.0, 1)
                .map_err(|error| Error::io("cannot listen to all namespaces", error))?;
        }
        for group in &options.groups {
            socket
                .set_option(SocketOption::ADD_MEMBERSHIP.0, *group)
                .map_err(|error| Error::io("cannot join a multicast group", error))?;
        }
        if options.groups.is_empty() {
            // Where it cannot be, the sender is looked at each time. Multicasts may come from others all the same.
            _ = socket.connect();
        }
        let usual = Buffers::default();
        let buffers = Buffers {
            send: socket.send_buffer().unwrap_or(usual.send),
            receive: socket.receive_buffer().unwrap_or(usual.receive),
        };
        Ok(Self {
            socket,
            strict,
            buffers,
        })
    }
}

impl Transport for KernelSocket {
    fn port(&self) -> u32 {
        self.socket.port()
    }

    fn is_strict(&self) -> bool {
        self.strict
    }

    fn buffers(&self) -> Buffers {
        self.buffers
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        match self.socket.send(datagram) {
            Err(error) if error.raw_os_error().is_some_and(crate::sys::is::too_long) => {
                // One message that is larger than the buffer: more room, if the system allows it.
                let wanted = u32::try_from(datagram.len()).unwrap_or(u32::MAX / 4);
                let wanted = wanted.saturating_mul(2).saturating_add(4096);
                self.socket.set_send_buffer(wanted)?;
                self.socket.send(datagram)
            }
            other => other,
        }
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        self.socket.receive(buffer)
    }

    fn receive_many(&mut self, inbox: &mut Inbox) -> io::Result<()> {
        self.socket
            .receive_many(&mut inbox.bytes, inbox.slot, &mut inbox.received)
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.as_fd())
    }
}
