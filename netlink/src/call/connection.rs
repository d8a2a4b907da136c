//! One transport with its sequence numbers and its buffer: everything one call needs.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::fd::BorrowedFd;

use super::{After, Outcome};
use crate::conn::{
    Exchange, Message, Part, Request, Sequence, Step, control, is_plain_success, messages_from,
};
use crate::error::{Error, Result};
use crate::sys;
use crate::transport::{Buffers, Inbox, Transport};

/// What the kernel fills per message of a dump, at most: more room never makes fewer calls.
const USUAL: usize = 32 * 1024;

/// Room for the rare answer that is larger, such as an interface with hundreds of virtual functions.
/// The pages stay untouched, and so cost nothing, until one comes.
pub(super) const SPILL: usize = 1024 * 1024;

/// Room for a request to begin with; most have less than a hundred bytes.
pub(super) const REQUEST: usize = 512;

/// Room for one of many answers.
const SLOT: usize = 16 * 1024;

/// A transport that one call at a time uses.
#[derive(Debug)]
pub(crate) struct Connection {
    transport: Box<dyn Transport>,
    protocol: u16,
    port: u32,
    sequence: Sequence,
    /// Room for a request.
    room: Vec<u8>,
    /// Zeroed by the allocator, so that pages appear only when the kernel writes to them.
    answer: Vec<u8>,
    /// Bytes of the datagram in there, and where its next message starts.
    len: usize,
    at: usize,
    /// For many answers at once; batches need one.
    inbox: Option<Inbox>,
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
    /// Who takes the objects wants no more for now.
    Paused,
    /// The exchange is over, and nothing of it is left.
    Ended(Result<Outcome>),
    /// The exchange cannot go on.
    Broken(Error),
    /// Part of the answer is lost; with so much room it would not have been.
    Lost { how: &'static str, need: usize },
}

impl Connection {
    pub(crate) fn new(transport: Box<dyn Transport>, protocol: u16, spill: usize) -> Self {
        let port = transport.port();
        // A random start, from the only source of randomness in the standard library.
        let seed = RandomState::new().hash_one(port);
        Self {
            transport,
            protocol,
            port,
            room: Vec::new(),
            sequence: Sequence::starting_at((seed >> 32) as u32),
            answer: vec![0; USUAL + spill],
            len: 0,
            at: 0,
            inbox: None,
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

    /// The netlink protocol it is for.
    #[inline]
    pub(crate) fn protocol(&self) -> u16 {
        self.protocol
    }

    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    /// Room for a request, kept with the connection so that both are found at once.
    #[inline]
    pub(crate) fn take_room(&mut self) -> Vec<u8> {
        let mut room = std::mem::take(&mut self.room);
        // After a call that failed there is none.
        room.reserve(REQUEST);
        room
    }

    /// Gives it back.
    #[inline]
    pub(crate) fn keep_room(&mut self, mut room: Vec<u8>) {
        room.clear();
        self.room = room;
    }

    /// The next sequence number.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        self.sequence.next()
    }

    /// Sends a request that stands in `buf`.
    pub(crate) fn send(&mut self, request: &Request, buf: &mut [u8]) -> Result<Inflight> {
        // What a call before this one did not look at.
        self.at = self.len;
        let (sequence, port) = (self.sequence.next(), self.port);
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

    /// Receives many datagrams that are there.
    pub(crate) fn receive_many(&mut self, inbox: &mut Inbox) -> io::Result<()> {
        self.transport.receive_many(inbox)
    }

    /// Room for many answers, kept with the connection: to make it anew for each batch costs more
    /// than a short batch.
    pub(crate) fn take_inbox(&mut self) -> Inbox {
        self.inbox.take().unwrap_or_else(|| Inbox::new(SLOT))
    }

    /// Gives it back.
    pub(crate) fn keep_inbox(&mut self, inbox: Inbox) {
        self.inbox = Some(inbox);
    }

    /// Takes one datagram, if there is one, or what is left of the last one, and hands every object in
    /// it to `each`. `buf` holds the request, for errors.
    #[inline]
    pub(crate) fn receive(
        &mut self,
        request: &Request,
        buf: &[u8],
        inflight: &mut Inflight,
        mut each: impl FnMut(&Message<'_>) -> After,
    ) -> Taken {
        if self.at >= self.len {
            if let Some(taken) = self.receive_next(request) {
                return taken;
            }
        }
        let datagram = self.answer.get(..self.len).unwrap_or_default();
        let mut messages = messages_from(datagram, self.at);
        // Whatever ends the exchange leaves nothing of the datagram for the next one.
        self.at = self.len;
        let Inflight { exchange, outcome } = inflight;
        while let Some(message) = messages.next() {
            let message = match message {
                Ok(message) => message,
                Err(error) => return Taken::Broken(request.malformed(error)),
            };
            let last = match exchange.part(0, &message) {
                Part::Object => false,
                Part::Last => true,
                Part::Foreign => continue,
                Part::Control => {
                    outcome.interrupted = exchange.is_interrupted();
                    if is_plain_success(&message) {
                        return Taken::Ended(Ok(std::mem::take(outcome)));
                    }
                    match control(message) {
                        Step::Nothing => continue,
                        step => return ended(step, request, buf, outcome),
                    }
                }
            };
            match each(&message) {
                After::More | After::Pause if last => {
                    return Taken::Ended(Ok(std::mem::take(outcome)));
                }
                After::More => {}
                After::Pause => {
                    self.at = messages.offset();
                    return Taken::Paused;
                }
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

    /// Receives the next datagram; what that came to, if there is nothing in it to look at.
    fn receive_next(&mut self, request: &Request) -> Option<Taken> {
        let received = match self.transport.receive(&mut self.answer) {
            Ok(received) => received,
            Err(error) => return Some(not_received(request, error)),
        };
        if received.sender != 0 {
            // Any process may send to our port; only the kernel is answered to.
            return Some(Taken::More);
        }
        if received.is_truncated() {
            return Some(Taken::Lost {
                how: "answer larger than any buffer",
                need: received.full,
            });
        }
        (self.len, self.at) = (received.len, 0);
        None
    }
}

#[cold]
fn not_received(request: &Request, error: io::Error) -> Taken {
    if error.kind() == io::ErrorKind::WouldBlock {
        return Taken::Nothing;
    }
    if error.raw_os_error().is_some_and(sys::is::overrun) {
        return Taken::Lost {
            how: "receive buffer full",
            need: 0,
        };
    }
    Taken::Broken(request.unreceived(error))
}

/// What the end of an exchange came to.
#[cold]
fn ended(step: Step<'_>, request: &Request, buf: &[u8], outcome: &mut Outcome) -> Taken {
    match step {
        Step::End(end) => {
            if let Some(errno) = end.errno {
                return Taken::Ended(Err(request.refusal(buf, errno, end.explanation)));
            }
            outcome.warning = request.warning(end.explanation);
            Taken::Ended(Ok(std::mem::take(outcome)))
        }
        Step::Overrun => Taken::Lost {
            how: "overrun",
            need: 0,
        },
        Step::Malformed(error) => Taken::Broken(request.malformed(error)),
        Step::Object(_) | Step::Last(_) | Step::Foreign(_) | Step::Nothing => Taken::More,
    }
}
