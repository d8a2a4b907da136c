//! What carries datagrams between a handle and the kernel: [`Transport`], and who opens them:
//! [`Transports`].
//!
//! A handle made by `new` talks to the kernel by sockets ([`Kernel`]). One made by `over` talks by
//! whatever its [`Transports`] open: a [`Recorder`] that writes the conversation down, a [`Replayer`]
//! that plays one without a kernel, a [`Script`] that answers as a test wants, or a type of one's own.

mod kernel;
#[cfg(feature = "replay")]
mod record;
#[cfg(feature = "replay")]
mod replay;
mod script;
#[cfg(feature = "replay")]
mod tape;

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

pub use kernel::Kernel;
#[cfg(feature = "replay")]
pub use record::Recorder;
#[cfg(feature = "replay")]
pub use replay::Replayer;
pub use script::{Answer, Script, Seen};

use crate::error::Result;
use crate::netns::NetNs;

/// One conversation with the kernel: a bound socket, or what stands in for one.
pub trait Transport: Send + fmt::Debug {
    /// The port id, which goes into each request and comes back in each answer.
    fn port(&self) -> u32;

    /// Whether the kernel checks get requests strictly, and so filters dumps by them.
    fn is_strict(&self) -> bool {
        true
    }

    /// How much the kernel lets wait in each direction.
    fn buffers(&self) -> Buffers {
        Buffers::default()
    }

    /// Sends one datagram of one or more messages.
    ///
    /// # Errors
    /// Those of the system call. Nothing was sent then.
    fn send(&mut self, datagram: &[u8]) -> io::Result<()>;

    /// Receives one datagram without waiting; what does not fit is lost, and
    /// [`Received::full`] says how much there was.
    ///
    /// # Errors
    /// `WouldBlock` if there is nothing yet, `ENOBUFS` if something was lost, and those of the
    /// system call.
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received>;

    /// Receives what is there, at least one datagram, without waiting.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    fn receive_many(&mut self, inbox: &mut Inbox) -> io::Result<()> {
        inbox.received.clear();
        let received = self.receive(inbox.bytes.get_mut(..inbox.slot).unwrap_or_default())?;
        inbox.received.push(received);
        Ok(())
    }

    /// What becomes readable when there is something to receive; `None` if there is nothing to wait
    /// for, since answers are there at once or never.
    fn fd(&self) -> Option<BorrowedFd<'_>>;
}

/// Opens transports for a handle, which asks for one whenever all it has are in use.
pub trait Transports: Send + Sync + fmt::Debug {
    /// Opens a transport.
    ///
    /// # Errors
    /// The protocol does not exist, the namespace is gone, a limit is reached.
    fn open(&self, options: &Options) -> Result<Box<dyn Transport>>;

    /// The same in another network namespace.
    ///
    /// # Errors
    /// Those of duplicating the handle of the namespace.
    fn elsewhere(&self, namespace: &NetNs) -> Result<Arc<dyn Transports>>;
}

/// What a transport is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The netlink protocol, such as `NETLINK_ROUTE`.
    pub protocol: u16,
    /// Multicast groups to join, by number.
    pub groups: Vec<u32>,
    /// Receive multicasts of all namespaces that have an id here.
    pub all_namespaces: bool,
    /// Room for what was not received yet, in bytes as the kernel counts them.
    pub receive_buffer: Option<u32>,
}

impl Options {
    /// A transport for requests of a protocol.
    pub fn new(protocol: u16) -> Self {
        Self {
            protocol,
            ..Self::default()
        }
    }
}

/// What one receive brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// Bytes of the datagram that are in the buffer.
    pub len: usize,
    /// Bytes of the datagram; more than `len` if its end is lost.
    pub full: usize,
    /// Port id of the sender; 0 is the kernel. The socket layer fills it in, so unlike the port id
    /// in a message header nobody can forge it.
    pub sender: u32,
    /// The multicast group it was sent to; 0 for none, or one above 32.
    pub group: u32,
    /// The id of the network namespace it comes from, if that is another one.
    pub nsid: Option<i32>,
}

impl Received {
    /// A whole datagram from the kernel.
    pub fn whole(len: usize) -> Self {
        Self {
            len,
            full: len,
            ..Self::default()
        }
    }

    /// The same, received in room for so many bytes.
    pub(crate) fn within(self, room: usize) -> Self {
        Self {
            len: self.full.min(room),
            ..self
        }
    }

    /// Whether the end of the datagram is lost.
    pub fn is_truncated(&self) -> bool {
        self.full > self.len
    }
}

/// How much the kernel lets wait, in bytes as it counts them: a small message takes some 800.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Buffers {
    /// Room for what is being sent; bounds the size of a datagram.
    pub send: usize,
    /// Room for what was not received yet; what does not fit is lost.
    pub receive: usize,
}

impl Default for Buffers {
    /// What Linux gives a socket unless told.
    fn default() -> Self {
        Self {
            send: 212_992,
            receive: 212_992,
        }
    }
}

/// Room for many datagrams at once.
#[derive(Debug)]
pub struct Inbox {
    bytes: Vec<u8>,
    slot: usize,
    received: Vec<Received>,
}

impl Inbox {
    /// Room for as many datagrams as one system call takes, of so many bytes each.
    pub(crate) fn new(slot: usize) -> Self {
        Self {
            // Zeroed by the allocator, so that pages appear only when the kernel writes to them.
            bytes: vec![0; slot * crate::sys::MANY],
            slot,
            received: Vec::new(),
        }
    }

    /// What the last receive brought, with the bytes.
    pub fn datagrams(&self) -> impl Iterator<Item = (&Received, &[u8])> {
        let slots = self.bytes.chunks(self.slot.max(1));
        let pairs = self.received.iter().zip(slots);
        pairs.map(|(received, slot)| (received, slot.get(..received.len).unwrap_or_default()))
    }
}
