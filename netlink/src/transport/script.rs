//! A kernel that says what a test wants: [`Script`].

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Options, Received, Transport, Transports};
use crate::conn::{Message, messages};
use crate::error::Result;
use crate::generated::core::{ControlType, ErrHdr, MsgFlags, MsgHdr};
use crate::netns::NetNs;
use crate::wire::{Direction, Encoder, Layout, Value};

/// Transports whose answers a function makes up: for tests of what a real kernel does once in a year.
///
/// The function sees each datagram that is sent and says what comes back. It runs inside `send`, as
/// the kernel's work does.
///
/// ```
/// use netlink::transport::{Answer, Script};
/// use netlink::{Netlink, Link};
///
/// let script = Script::new(|seen| Ok(vec![Answer::Datagram(seen.error(17))]));
/// let nl = Netlink::over(script);
/// assert!(nl.links().add(&Link::bridge("br0")).unwrap_err().is_exists());
/// ```
#[derive(Clone)]
pub struct Script {
    answer: Arc<Answering>,
    events: Arc<Mutex<VecDeque<Answer>>>,
    ports: Arc<AtomicU32>,
    strict: bool,
}

type Answering = dyn Fn(&Seen<'_>) -> io::Result<Vec<Answer>> + Send + Sync;

/// What a scripted transport receives next.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A datagram from the kernel.
    Datagram(Vec<u8>),
    /// A datagram from another program, whose port id this is.
    From(u32, Vec<u8>),
    /// The start of a datagram that had so many bytes.
    Cut(Vec<u8>, usize),
    /// A datagram from the network namespace of this id.
    Elsewhere(i32, Vec<u8>),
    /// The receive fails with this errno.
    Errno(i32),
    /// There is nothing yet, once.
    Later,
    /// There is nothing, ever.
    Never,
}

/// A datagram that was sent, and what is needed to answer it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'d> {
    /// The protocol of the transport.
    pub protocol: u16,
    /// Its port id.
    pub port: u32,
    /// What was sent.
    pub datagram: &'d [u8],
}

impl Script {
    /// Answers each datagram with what `answer` returns; an error of it is one of the send.
    pub fn new(
        answer: impl Fn(&Seen<'_>) -> io::Result<Vec<Answer>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            answer: Arc::new(answer),
            events: Arc::default(),
            ports: Arc::new(AtomicU32::new(1000)),
            strict: true,
        }
    }

    /// A kernel that does not know strict checking.
    #[must_use]
    pub fn without_strict_checking(mut self) -> Self {
        self.strict = false;
        self
    }

    /// Puts something in the way of whoever subscribed, or is about to.
    pub fn notify(&self, event: Answer) {
        lock(&self.events).push_back(event);
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}

impl Transports for Script {
    fn open(&self, options: &Options) -> Result<Box<dyn Transport>> {
        Ok(Box::new(Scripted {
            script: self.clone(),
            protocol: options.protocol,
            subscribed: !options.groups.is_empty(),
            port: self.ports.fetch_add(1, Ordering::Relaxed),
            queue: VecDeque::new(),
        }))
    }

    fn elsewhere(&self, _: &NetNs) -> Result<Arc<dyn Transports>> {
        Ok(Arc::new(self.clone()))
    }
}

#[derive(Debug)]
struct Scripted {
    script: Script,
    protocol: u16,
    subscribed: bool,
    port: u32,
    queue: VecDeque<Answer>,
}

impl Transport for Scripted {
    fn port(&self) -> u32 {
        self.port
    }

    fn is_strict(&self) -> bool {
        self.script.strict
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let seen = Seen {
            protocol: self.protocol,
            port: self.port,
            datagram,
        };
        self.queue.extend((self.script.answer)(&seen)?);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        let next = match self.subscribed {
            true => lock(&self.script.events).pop_front(),
            false => self.queue.pop_front(),
        };
        let (bytes, received) = match next {
            Some(Answer::Later) => return Err(io::ErrorKind::WouldBlock.into()),
            Some(Answer::Never) => {
                self.queue.push_front(Answer::Never);
                return Err(io::ErrorKind::WouldBlock.into());
            }
            None if self.subscribed => return Err(io::ErrorKind::WouldBlock.into()),
            // Who waits for more than was written waits in vain.
            None => {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the script is over",
                ));
            }
            Some(Answer::Errno(errno)) => return Err(io::Error::from_raw_os_error(errno)),
            Some(Answer::Datagram(bytes)) => (bytes, Received::default()),
            Some(Answer::From(sender, bytes)) => {
                let received = Received {
                    sender,
                    ..Received::default()
                };
                (bytes, received)
            }
            Some(Answer::Cut(bytes, full)) => {
                let received = Received {
                    full,
                    ..Received::default()
                };
                (bytes, received)
            }
            Some(Answer::Elsewhere(nsid, bytes)) => {
                let received = Received {
                    nsid: Some(nsid),
                    ..Received::default()
                };
                (bytes, received)
            }
        };
        let len = bytes.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(&bytes) {
            *to = *from;
        }
        Ok(Received {
            len,
            full: received.full.max(bytes.len()),
            ..received
        })
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

impl<'d> Seen<'d> {
    /// The messages that were sent.
    pub fn messages(&self) -> impl Iterator<Item = Message<'d>> {
        messages(self.datagram).filter_map(|message| message.ok())
    }

    /// Sequence number of the last message; that of all, if there is one only.
    pub fn sequence(&self) -> u32 {
        self.messages()
            .last()
            .map_or(0, |message| message.sequence())
    }

    /// An acknowledgement.
    pub fn ack(&self) -> Vec<u8> {
        self.error(0)
    }

    /// A refusal.
    pub fn error(&self, errno: i32) -> Vec<u8> {
        self.error_for(self.sequence(), errno)
    }

    /// A refusal of the message with this sequence number.
    pub fn error_for(&self, sequence: u32, errno: i32) -> Vec<u8> {
        let error = ErrHdr {
            error: errno.saturating_neg(),
            ..ErrHdr::default()
        };
        let mut body = vec![0; ErrHdr::SIZE];
        // The buffer has the size of what is written.
        let _ = error.write(&mut body);
        self.message(ControlType::ERROR.0, MsgFlags::CAPPED, sequence, &body)
    }

    /// The end of a dump, with an errno or 0.
    pub fn done(&self, errno: i32) -> Vec<u8> {
        let status = errno.saturating_neg().to_ne_bytes();
        self.message(
            ControlType::DONE.0,
            MsgFlags::MULTI,
            self.sequence(),
            &status,
        )
    }

    /// An object as the kernel would send it, on its own or as part of a dump.
    pub fn object<T: Value>(&self, kind: u16, flags: MsgFlags, object: &T) -> Vec<u8> {
        let mut body = Vec::new();
        let out = &mut Encoder::lossless(&mut body, Direction::FromKernel);
        // What cannot be encoded shows up as a message without it.
        let _ = object.encode(out);
        self.message(kind, flags, self.sequence(), &body)
    }

    /// Any message.
    pub fn message(&self, kind: u16, flags: MsgFlags, sequence: u32, body: &[u8]) -> Vec<u8> {
        let header = MsgHdr {
            len: u32::try_from(MsgHdr::SIZE + body.len()).unwrap_or(u32::MAX),
            kind,
            flags,
            seq: sequence,
            port: self.port,
        };
        let mut bytes = vec![0; MsgHdr::SIZE];
        // The buffer has the size of what is written.
        let _ = header.write(&mut bytes);
        bytes.extend_from_slice(body);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }
}

fn lock<T>(queue: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing that can panic happens under the lock.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}
