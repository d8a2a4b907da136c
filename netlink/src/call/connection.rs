//! One transport with its sequence numbers and its buffer: everything one call needs.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::fd::BorrowedFd;

use super::{After, Outcome};
use crate::conn::{Exchange, Message, Request, Sequence, Step, messages};
use crate::error::{Error, Result};
use crate::sys;
use crate::transport::{Buffers, Inbox, Transport};

/// What the kernel fills per message of a dump, at most: more room never makes fewer calls.
const USUAL: usize = 32 * 1024;

/// Room for the rare answer that is larger, such as an interface with hundreds of virtual functions.
/// The pages stay untouched, and so cost nothing, until one comes.
pub(super) const SPILL: usize = 1024 * 1024;

/// A transport that one call at a time uses.
#[derive(Debug)]
pub(crate) struct Connection {
    transport: Box<dyn Transport>,
    sequence: Sequence,
    /// Zeroed by the allocator, so that pages appear only when the kernel writes to them.
    answer: Vec<u8>,
}

/// A request in flight.
#[derive(Debug)]
pub(crate) struct Inflight {
    exchange: Exchange,
    outcome: Outcome,
}

/// What one datagram came to.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Nothing was there.
    Nothing,
    /// More will come.
    More,
    /// The exchange is over, and nothing of it is left.
    Ended(Result<Outcome>),
    /// The exchange cannot go on.
    Broken(Error),
    /// Part of the answer is lost; with so much room it would not have been.
    Lost { how: &'static str, need: usize },
}

impl Connection {
    pub(crate) fn new(transport: Box<dyn Transport>, spill: usize) -> Self {
        // A random start, from the only source of randomness in the standard library.
        let seed = RandomState::new().hash_one(transport.port());
        Self {
            transport,
            sequence: Sequence::starting_at((seed >> 32) as u32),
            answer: vec![0; USUAL + spill],
        }
    }

    /// Whether the kernel checks get requests strictly and filters by them.
    pub(crate) fn is_strict(&self) -> bool {
        self.transport.is_strict()
    }

    pub(crate) fn buffers(&self) -> Buffers {
        self.transport.buffers()
    }

    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.transport.fd()
    }

    pub(crate) fn port(&self) -> u32 {
        self.transport.port()
    }

    /// The next sequence number.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        self.sequence.next()
    }

    /// Sends a request that stands in `buf`.
    pub(crate) fn send(&mut self, request: &Request, buf: &mut [u8]) -> Result<Inflight> {
        let (sequence, port) = (self.sequence.next(), self.transport.port());
        request.stamp(buf, sequence, port)?;
        self.send_datagram(buf)
            .map_err(|error| request.unsent(error))?;
        Ok(Inflight {
            exchange: Exchange::new(sequence, port, request.until()),
            outcome: Outcome::default(),
        })
    }

    /// Sends messages that are stamped already.
    pub(crate) fn send_datagram(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.transport.send(datagram)
    }

    /// Receives what is there.
    pub(crate) fn receive_many(&mut self, inbox: &mut Inbox) -> io::Result<()> {
        self.transport.receive_many(inbox)
    }

    /// Takes one datagram, if there is one, and hands every object in it to `each`. `buf` holds the
    /// request, for errors.
    pub(crate) fn receive(
        &mut self,
        request: &Request,
        buf: &[u8],
        inflight: &mut Inflight,
        mut each: impl FnMut(&Message<'_>) -> After,
    ) -> Taken {
        let received = match self.transport.receive(&mut self.answer) {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Taken::Nothing,
            Err(error) if error.raw_os_error().is_some_and(sys::is::overrun) => {
                return Taken::Lost {
                    how: "receive buffer full",
                    need: 0,
                };
            }
            Err(error) => return Taken::Broken(request.unreceived(error)),
        };
        if received.sender != 0 {
            // Any process may send to our port; only the kernel is answered to.
            return Taken::More;
        }
        if received.is_truncated() {
            return Taken::Lost {
                how: "answer larger than any buffer",
                need: received.full,
            };
        }
        let Inflight { exchange, outcome } = inflight;
        let datagram = self.answer.get(..received.len).unwrap_or_default();
        for message in messages(datagram) {
            let message = match message {
                Ok(message) => message,
                Err(error) => return Taken::Broken(request.malformed(error)),
            };
            let (object, last) = match exchange.take(received.sender, message) {
                Step::Object(object) => (object, false),
                Step::Last(object) => (object, true),
                Step::End(end) => {
                    outcome.interrupted = exchange.is_interrupted();
                    if let Some(errno) = end.errno {
                        let error = request.refusal(buf, errno, end.explanation);
                        return Taken::Ended(Err(error));
                    }
                    outcome.warning = request.warning(end.explanation);
                    return Taken::Ended(Ok(std::mem::take(outcome)));
                }
                Step::Overrun => {
                    return Taken::Lost {
                        how: "overrun",
                        need: 0,
                    };
                }
                Step::Malformed(error) => return Taken::Broken(request.malformed(error)),
                Step::Foreign(_) | Step::Nothing => continue,
            };
            match each(&object) {
                After::More if last => return Taken::Ended(Ok(std::mem::take(outcome))),
                After::More => {}
                After::Stop => {
                    outcome.stopped = !last;
                    return Taken::Ended(Ok(std::mem::take(outcome)));
                }
                After::Fail(error) => {
                    let error = request.malformed(error);
                    return match last {
                        true => Taken::Ended(Err(error)),
                        false => Taken::Broken(error),
                    };
                }
            }
        }
        Taken::More
    }
}
