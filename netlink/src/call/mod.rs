//! A call under way: [`Call`], one state machine behind every executor.
//!
//! A call sends its request, takes what comes back without ever waiting, and says what it waits for.
//! The blocking handle waits with `poll`, the one of the `tokio` module by the runtime's reactor, that
//! of [`raw`](crate::raw) leaves it to the program. What the calls do is said once, by [`Work`].

mod connection;
mod core;
mod direct;
mod list;
mod pool;
mod scan;
mod single;
mod steps;
mod stream;

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

pub(crate) use self::connection::{Connection, Inflight, Taken};
pub(crate) use self::core::Core;
pub use self::list::ListWork;
pub use self::scan::ScanWork;
pub(crate) use self::single::HeldWork;
pub use self::single::SingleWork;
pub use self::steps::StepsWork;
pub(crate) use self::stream::Reach;
pub use self::stream::Stream;
use crate::conn::{Message, Request};
use crate::error::{Error, Result};
use crate::netns::NetNs;
use crate::wire::DecodeError;

/// What a call does between its requests: an operation, a listing, a scan, a procedure.
///
/// It is public since it names the futures of verbs; there is no need to implement it.
pub trait Work {
    /// What the call yields.
    type Output;

    /// Appends the next request to `buf`, or ends.
    ///
    /// # Errors
    /// Ends the call.
    fn next(&mut self, buf: &mut Vec<u8>, strict: bool) -> Result<Turn<Self::Output>>;

    /// Takes an object that answers.
    fn object(&mut self, message: &Message<'_>) -> After;

    /// Forgets what came since the request, which is about to be sent again; false if it cannot.
    fn forget(&mut self) -> bool {
        false
    }

    /// Takes the outcome of the request.
    ///
    /// # Errors
    /// Ends the call.
    fn outcome(
        &mut self,
        request: &Request,
        outcome: Result<Outcome>,
        policy: &Policy,
    ) -> Result<Finish<Self::Output>>;
}

/// What a call does next.
#[derive(Debug)]
pub enum Turn<T> {
    /// Send the request in the buffer.
    Send(Request),
    /// Send it in another network namespace.
    SendIn(NetNs, Request),
    /// It is over.
    Done(T),
}

/// What follows the outcome of a request.
#[derive(Debug)]
pub enum Finish<T> {
    /// The call is over.
    Done(T),
    /// [`Work::next`] knows, after a pause.
    Next(Duration),
}

/// Whether, and why, an exchange goes on after an object.
#[derive(Debug)]
pub enum After {
    /// The next one.
    More,
    /// The next one, but later: what came with the object stays until the call is carried on.
    Pause,
    /// No more objects are wanted.
    Stop,
    /// The object is malformed, and that makes the call fail.
    Fail(DecodeError),
}

impl From<Result<(), DecodeError>> for After {
    #[inline]
    fn from(taken: Result<(), DecodeError>) -> Self {
        match taken {
            Ok(()) => Self::More,
            Err(error) => Self::Fail(error),
        }
    }
}

/// How an exchange without a refusal ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The dump may be inconsistent.
    pub interrupted: bool,
    /// The receiver of objects wanted no more; the socket still has some.
    pub stopped: bool,
    /// What the kernel had to say all the same.
    pub warning: Option<String>,
}

/// How patient a listing is.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How often a dump is tried.
    pub attempts: u32,
    /// When the call must be over.
    pub deadline: Option<Instant>,
}

/// What something under way came to so far.
#[derive(Debug)]
pub enum Progress<T> {
    /// It is over.
    Done(Result<T>),
    /// Nothing more can be done before something is readable, or a moment has come.
    Wait {
        /// The descriptor becomes readable when there is more.
        readable: bool,
        /// At this moment it goes on in any case.
        until: Option<Instant>,
    },
    /// It did as much as is fair to others, and can go on at once.
    Yield,
}

/// Something under way that an executor carries on.
pub trait Advance {
    /// What it yields.
    type Output;

    /// Does all that can be done without waiting.
    ///
    /// It must not be called again once it is [`Done`](Progress::Done); if it is, that is an error.
    fn advance(&mut self) -> Progress<Self::Output>;

    /// What to wait for. It may be another one after each [`advance`](Self::advance).
    fn fd(&self) -> Option<BorrowedFd<'_>>;

    /// Starts the clock, if it does not run yet, and says when it must be over. A future does nothing
    /// before it is polled, so the clock starts then.
    fn begin(&mut self) -> Option<Instant>;

    /// The error for a deadline that passed before it began.
    fn too_late(&mut self) -> Error;
}

/// Datagrams a call takes before it lets others have their turn: half a megabyte of a dump.
const TURN: u32 = 16;

/// One call of a verb, from the request to the value.
#[derive(Debug)]
pub struct Call<W> {
    core: Core,
    work: W,
    buf: Vec<u8>,
    stage: Stage,
    deadline: Option<Instant>,
    asked_again: bool,
}

#[derive(Debug)]
enum Stage {
    /// The next request can go out.
    Ready,
    /// Nothing to do before this moment.
    Pause(Instant),
    /// A request was sent.
    Flying(Flight),
    /// The call ended.
    Over,
}

/// A request that was sent, and the connection its answer comes by.
#[derive(Debug)]
struct Flight {
    connection: Box<Connection>,
    request: Request,
    inflight: Inflight,
    /// Where the connection goes back to, if not to the pool of the call.
    elsewhere: Option<Core>,
    delivered: bool,
}

/// What a step came to.
enum Step<T> {
    /// The next one can follow at once.
    Go,
    /// There is nothing to receive yet.
    Wait,
    /// The call is over.
    Done(T),
}

impl<W: Work> Call<W> {
    pub(crate) fn new(core: Core, work: W, buf: Vec<u8>) -> Self {
        Self {
            core,
            work,
            buf,
            stage: Stage::Ready,
            deadline: None,
            asked_again: false,
        }
    }

    fn policy(&self) -> Policy {
        Policy {
            attempts: self.core.attempts(),
            deadline: self.deadline,
        }
    }

    /// Sends the next request, or finds that there is none.
    fn send(&mut self) -> Result<Step<W::Output>> {
        let strict = self.core.is_strict();
        let (elsewhere, request) = match self.work.next(&mut self.buf, strict)? {
            Turn::Done(output) => return Ok(Step::Done(output)),
            Turn::Send(request) => (None, request),
            Turn::SendIn(namespace, request) => (Some(self.core.elsewhere(&namespace)?), request),
        };
        if is_past(self.deadline) {
            return self.conclude(&request, Err(request.timeout(false)));
        }
        let core = elsewhere.as_ref().unwrap_or(&self.core);
        let connection = core.take(request.protocol())?;
        if core.is_strict() != strict && self.work.forget() {
            // The first connection showed that the kernel wants the older form.
            core.give_back(connection);
            self.buf.clear();
            self.stage = Stage::Ready;
            return Ok(Step::Go);
        }
        self.fly(elsewhere, connection, request)
    }

    fn fly(
        &mut self,
        elsewhere: Option<Core>,
        mut connection: Box<Connection>,
        request: Request,
    ) -> Result<Step<W::Output>> {
        match connection.send(&request, &mut self.buf) {
            Ok(inflight) => {
                self.stage = Stage::Flying(Flight {
                    connection,
                    request,
                    inflight,
                    elsewhere,
                    delivered: false,
                });
                Ok(Step::Go)
            }
            Err(error) => self.conclude(&request, Err(error)),
        }
    }

    /// Makes of a datagram what it means to the call.
    fn take(&mut self, taken: Taken) -> Result<Step<W::Output>> {
        if matches!(taken, Taken::Nothing) && !is_past(self.deadline) {
            return Ok(Step::Wait);
        }
        let Stage::Flying(flight) = std::mem::replace(&mut self.stage, Stage::Over) else {
            return Ok(Step::Go);
        };
        let Flight {
            connection,
            request,
            elsewhere,
            delivered,
            ..
        } = flight;
        let core = elsewhere.as_ref().unwrap_or(&self.core);
        let outcome = match taken {
            Taken::Ended(outcome) => {
                let rest = matches!(&outcome, Ok(Outcome { stopped: true, .. }));
                if !rest {
                    core.give_back(connection);
                }
                outcome
            }
            // In all other cases something of this exchange may still come. The socket is closed:
            // draining it would spend another call's time.
            Taken::Nothing | Taken::More | Taken::Paused => Err(request.timeout(true)),
            Taken::Broken(error) => Err(error),
            Taken::Lost { how, need } => {
                drop(connection);
                let again = request.is_repeatable()
                    && !std::mem::replace(&mut self.asked_again, true)
                    && (!delivered || self.work.forget());
                if again {
                    core.make_room(need);
                    let connection = core.take(request.protocol())?;
                    return self.fly(elsewhere, connection, request);
                }
                Err(request.lost(how))
            }
        };
        self.conclude(&request, outcome)
    }

    fn conclude(&mut self, request: &Request, outcome: Result<Outcome>) -> Result<Step<W::Output>> {
        if let Ok(Outcome {
            warning: Some(warning),
            ..
        }) = &outcome
        {
            self.core.warn(request.operation(), warning);
        }
        let policy = self.policy();
        match self.work.outcome(request, outcome, &policy)? {
            Finish::Done(output) => Ok(Step::Done(output)),
            Finish::Next(pause) => {
                self.buf.clear();
                self.asked_again = false;
                self.stage = match pause.is_zero() {
                    true => Stage::Ready,
                    false => Stage::Pause(Instant::now() + pause),
                };
                Ok(Step::Go)
            }
        }
    }

    /// Takes a datagram, or what is left of the last one, if a request is in flight.
    #[inline]
    fn receive(&mut self) -> Option<Taken> {
        let Stage::Flying(flight) = &mut self.stage else {
            return None;
        };
        let (work, delivered) = (&mut self.work, &mut flight.delivered);
        let each = |message: &Message<'_>| {
            *delivered = true;
            work.object(message)
        };
        let (request, inflight) = (&flight.request, &mut flight.inflight);
        Some(
            flight
                .connection
                .receive(request, &self.buf, inflight, each),
        )
    }

    /// What to do where nothing is in flight.
    fn set_off(&mut self) -> Result<Step<W::Output>> {
        self.begin();
        match &self.stage {
            Stage::Pause(until) if *until > Instant::now() => Ok(Step::Wait),
            Stage::Pause(_) | Stage::Ready => {
                self.stage = Stage::Over;
                self.send()
            }
            Stage::Flying(_) => Ok(Step::Go),
            Stage::Over => Err(Error::invalid("a call", "it is over already")),
        }
    }

    /// Takes a step; `None` if the next one can follow at once.
    #[inline]
    fn step(&mut self) -> Option<Progress<W::Output>> {
        match self.receive() {
            Some(Taken::More | Taken::Paused) => None,
            taken => self.turn(taken),
        }
    }

    /// What is seldom: the begin of an exchange, its end, and when there is nothing to do.
    #[inline(never)]
    fn turn(&mut self, taken: Option<Taken>) -> Option<Progress<W::Output>> {
        let step = match taken {
            Some(taken) => self.take(taken),
            None => self.set_off(),
        };
        match step {
            Ok(Step::Go) => None,
            Ok(Step::Wait) => Some(match &self.stage {
                Stage::Pause(until) => Progress::Wait {
                    readable: false,
                    until: Some(*until),
                },
                _ => Progress::Wait {
                    readable: true,
                    until: self.deadline,
                },
            }),
            Ok(Step::Done(output)) => {
                self.stage = Stage::Over;
                self.core.give_back_buffer(std::mem::take(&mut self.buf));
                Some(Progress::Done(Ok(output)))
            }
            Err(error) => {
                self.stage = Stage::Over;
                Some(Progress::Done(Err(error)))
            }
        }
    }
}

impl<W: Work> Advance for Call<W> {
    type Output = W::Output;

    fn advance(&mut self) -> Progress<W::Output> {
        for _ in 0..TURN {
            if let Some(progress) = self.step() {
                return progress;
            }
        }
        Progress::Yield
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.stage {
            Stage::Flying(flight) => flight.connection.fd(),
            _ => None,
        }
    }

    fn begin(&mut self) -> Option<Instant> {
        if self.deadline.is_none() {
            self.deadline = self.core.deadline();
        }
        self.deadline
    }

    fn too_late(&mut self) -> Error {
        match self.work.next(&mut self.buf, true) {
            Ok(Turn::Send(request) | Turn::SendIn(_, request)) => request.timeout(false),
            Ok(Turn::Done(_)) => Error::invalid("a call", "it is over already"),
            Err(error) => error,
        }
    }
}

fn is_past(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}
