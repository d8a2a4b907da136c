//! One socket, its options and its buffers: everything one call needs.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use crate::conn::{Exchange, Message, Request, Sequence, Step, messages};
use crate::error::{Error, Result};
use crate::generated::core::SocketOption;
use crate::netns::NetNs;
use crate::sys::{self, Socket};
use crate::wire::DecodeError;

/// What the kernel fills per message of a dump, at most: more room never makes fewer calls.
const USUAL: usize = 32 * 1024;

/// Room for the rare answer that is larger, such as an interface with hundreds of virtual functions.
/// The pages stay untouched, and so cost nothing, until one comes.
const SPILL: usize = 1024 * 1024;

/// A socket that one call at a time uses.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Socket,
    sequence: Sequence,
    strict: bool,
    /// The request, kept until its exchange is over.
    pub(super) request: Vec<u8>,
    /// Zeroed by the allocator, so that pages appear only when the kernel writes to them.
    answer: Vec<u8>,
}

/// How an exchange without a refusal ended.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The dump may be inconsistent.
    pub(super) interrupted: bool,
    /// The receiver of objects wanted no more; the socket still has some.
    pub(super) stopped: bool,
    /// What the kernel had to say all the same.
    pub(super) warning: Option<String>,
}

/// Whether, and why, an exchange goes on after an object.
pub(super) enum After {
    /// The next one.
    More,
    /// No more objects are wanted.
    Stop,
    /// The object is malformed, and that makes the call fail.
    Fail(DecodeError),
}

impl Connection {
    pub(super) fn open(protocol: u16, namespace: Option<&NetNs>) -> Result<Self> {
        let open = || Socket::open(protocol);
        let socket = match namespace {
            Some(namespace) => namespace.run(open)?,
            None => open(),
        };
        let socket = socket.map_err(|error| Error::io("cannot open a netlink socket", error))?;
        // All three are comforts an old kernel may lack. Without the first, errors explain less; the
        // second only saves bytes, as the engine reads both forms; without the third the kernel does
        // not filter, and listings send the older form of their request.
        let has = |option: SocketOption| socket.set_option(option.0, true).is_ok();
        has(SocketOption::EXT_ACK);
        has(SocketOption::CAP_ACK);
        let strict = has(SocketOption::GET_STRICT_CHK);
        // A random start, from the only source of randomness in the standard library.
        let seed = RandomState::new().hash_one(socket.port());
        Ok(Self {
            socket,
            sequence: Sequence::starting_at((seed >> 32) as u32),
            strict,
            request: Vec::with_capacity(512),
            answer: vec![0; USUAL + SPILL],
        })
    }

    /// Whether the kernel checks get requests strictly and filters by them.
    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// Sends the request in `self.request` and hands every object that answers it to `each`.
    ///
    /// `Err` is a refusal, or trouble that leaves the exchange open; see [`Unfinished`].
    pub(super) fn exchange(
        &mut self,
        request: &Request,
        deadline: Option<Instant>,
        mut each: impl FnMut(&Message<'_>) -> After,
    ) -> Result<Outcome, Unfinished> {
        let sequence = self.sequence.next();
        let mut exchange = Exchange::new(sequence, self.socket.port(), request.until());
        request
            .stamp(&mut self.request, sequence, self.socket.port())
            .map_err(Unfinished::clean)?;
        self.socket
            .send(&self.request)
            .map_err(|error| Unfinished::broken(Error::io("cannot send a request", error)))?;
        let mut outcome = Outcome::default();
        loop {
            let received = match self.socket.receive(&mut self.answer, deadline) {
                Ok(Some(received)) => received,
                Ok(None) => return Err(Unfinished::broken(request.timeout(true))),
                Err(error) if error.raw_os_error().is_some_and(sys::is::overrun) => {
                    return Err(Unfinished::broken(request.lost("receive buffer full")));
                }
                Err(error) => {
                    let error = Error::io("cannot receive an answer", error);
                    return Err(Unfinished::broken(error));
                }
            };
            if received.sender != 0 {
                // Any process may send to our port; only the kernel is answered to.
                continue;
            }
            if received.truncated {
                return Err(Unfinished::broken(
                    request.lost("answer larger than any buffer"),
                ));
            }
            let datagram = self.answer.get(..received.len).unwrap_or_default();
            for message in messages(datagram) {
                let message =
                    message.map_err(|error| Unfinished::broken(request.malformed(error)))?;
                let (object, last) = match exchange.take(received.sender, message) {
                    Step::Object(object) => (object, false),
                    Step::Last(object) => (object, true),
                    Step::End(end) => {
                        outcome.interrupted = exchange.is_interrupted();
                        if let Some(errno) = end.errno {
                            let error = request.refusal(&self.request, errno, end.explanation);
                            return Err(Unfinished::clean(error));
                        }
                        outcome.warning = request.warning(end.explanation);
                        return Ok(outcome);
                    }
                    Step::Overrun => {
                        return Err(Unfinished::broken(request.lost("overrun")));
                    }
                    Step::Malformed(error) => {
                        return Err(Unfinished::broken(request.malformed(error)));
                    }
                    Step::Foreign(_) | Step::Nothing => continue,
                };
                match each(&object) {
                    After::More if last => return Ok(outcome),
                    After::More => {}
                    After::Stop => {
                        outcome.stopped = !last;
                        return Ok(outcome);
                    }
                    After::Fail(error) => {
                        let error = request.malformed(error);
                        return Err(Unfinished {
                            error,
                            reusable: last,
                        });
                    }
                }
            }
        }
    }
}

/// Why an exchange did not end well, and whether the socket can serve the next one.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub(super) error: Error,
    /// Nothing of this exchange is still to come. If not, the socket is closed: draining it would
    /// spend another call's time.
    pub(super) reusable: bool,
}

impl Unfinished {
    fn clean(error: Error) -> Self {
        Self {
            error,
            reusable: true,
        }
    }

    fn broken(error: Error) -> Self {
        Self {
            error,
            reusable: false,
        }
    }
}
