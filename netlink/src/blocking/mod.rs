//! The blocking handle: [`Netlink`].

mod connection;
mod pool;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use self::connection::{After, Connection, Outcome, Unfinished};
use self::pool::Pool;
use crate::addr::Addrs;
use crate::conn::{Message, Request};
use crate::error::Result;
use crate::exec::{Executor, Flow, Lister, Next, Procedure};
use crate::link::Links;
use crate::list::{Collector, Dump, DumpState, Listing, Scanned};
use crate::neigh::Neighs;
use crate::netns::NetNs;
use crate::op::{Operation, Replies};
use crate::route::Routes;
use crate::rule::Rules;
use crate::wire::Value;

/// A handle to the kernel's network configuration; its verbs wait for the answer.
///
/// Making one costs nothing: sockets open with the first call that needs their protocol. A handle is
/// cheap to clone and safe to share between threads; calls that run at the same time use sockets of
/// their own, so none waits for another.
///
/// A handle works in the network namespace of the thread whose call opens a socket; use
/// [`in_namespace`](Self::in_namespace) where that is not clear.
///
/// ```no_run
/// use netlink::{Link, Netlink};
///
/// let nl = Netlink::new();
/// nl.links().add(&Link::bridge("br0"))?;
/// nl.links().up("br0")?;
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Netlink {
    pool: Arc<Pool>,
    timeout: Option<Duration>,
    attempts: Option<u32>,
    warnings: Option<fn(&'static str, &str)>,
}

/// How often a dump is tried before its result is handed out as interrupted.
const ATTEMPTS: u32 = 10;

/// The wait before a dump is tried again: doubled each time, from the first to the last of these.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

impl Netlink {
    /// A handle for the caller's network namespace. Nothing is opened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A handle for another network namespace. Its sockets open on a thread made for that, so the
    /// caller never changes namespace. Needs `CAP_SYS_ADMIN` there.
    ///
    /// # Errors
    /// Those of duplicating the handle of the namespace.
    pub fn in_namespace(namespace: &NetNs) -> Result<Self> {
        let pool = Arc::new(Pool::new(Some(namespace.try_clone()?)));
        Ok(Self {
            pool,
            ..Self::default()
        })
    }

    /// The same handle, each of whose calls may take so long; retries included.
    ///
    /// The kernel carries most requests out while it takes them, and that cannot be cut short; the
    /// limit is on the wait for answers.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self.clone()
        }
    }

    /// The same handle, which tries a dump so often before it gives it out as interrupted
    /// (ten times unless told).
    #[must_use]
    pub fn with_dump_attempts(&self, attempts: u32) -> Self {
        Self {
            attempts: Some(attempts.max(1)),
            ..self.clone()
        }
    }

    /// The same handle, which tells `hook` (operation, text) when the kernel carried a request out
    /// and had something to say about it all the same.
    #[must_use]
    pub fn with_warnings(&self, hook: fn(&'static str, &str)) -> Self {
        Self {
            warnings: Some(hook),
            ..self.clone()
        }
    }

    /// Interfaces.
    pub fn links(&self) -> Links<'_, Self> {
        Links::new(self)
    }

    /// Addresses of interfaces.
    pub fn addrs(&self) -> Addrs<'_, Self> {
        Addrs::new(self)
    }

    /// Routes.
    pub fn routes(&self) -> Routes<'_, Self> {
        Routes::new(self)
    }

    /// Neighbours and forwarding databases.
    pub fn neighs(&self) -> Neighs<'_, Self> {
        Neighs::new(self)
    }

    /// Rules that choose a routing table.
    pub fn rules(&self) -> Rules<'_, Self> {
        Rules::new(self)
    }

    fn deadline(&self) -> Option<Instant> {
        // A limit beyond the clock's range is none.
        self.timeout
            .and_then(|timeout| Instant::now().checked_add(timeout))
    }

    /// Runs one exchange on `connection` and puts it back if nothing is left in it.
    fn exchange(
        &self,
        mut connection: Connection,
        request: &Request,
        deadline: Option<Instant>,
        each: impl FnMut(&Message<'_>) -> After,
    ) -> Result<Outcome> {
        let result = connection.exchange(request, deadline, each);
        let reusable = match &result {
            Ok(outcome) => !outcome.stopped,
            Err(unfinished) => unfinished.reusable,
        };
        if reusable {
            self.pool.give_back(request.protocol(), connection);
        }
        let outcome = result.map_err(|Unfinished { error, .. }| error)?;
        if let (Some(hook), Some(warning)) = (self.warnings, &outcome.warning) {
            hook(request.operation(), warning);
        }
        Ok(outcome)
    }

    /// Encodes with `fill`, which says which protocol the request belongs to, into a connection.
    fn prepare<T>(
        &self,
        protocol: u16,
        fill: impl FnOnce(&mut Vec<u8>, bool) -> Result<(Request, T)>,
    ) -> Result<(Connection, Request, T)> {
        let mut connection = self.pool.take(protocol)?;
        connection.request.clear();
        let strict = connection.is_strict();
        match fill(&mut connection.request, strict) {
            // Most handles meet one protocol only; another one takes its request along.
            Ok((request, rest)) if request.protocol() != protocol => {
                let mut other = self.pool.take(request.protocol())?;
                std::mem::swap(&mut other.request, &mut connection.request);
                self.pool.give_back(protocol, connection);
                Ok((other, request, rest))
            }
            Ok((request, rest)) => Ok((connection, request, rest)),
            Err(error) => {
                self.pool.give_back(protocol, connection);
                Err(error)
            }
        }
    }

    /// Waits before another attempt at a dump; false if the deadline comes first.
    fn back_off(attempt: u32, deadline: Option<Instant>) -> bool {
        let (first, most) = BACKOFF;
        let wait = first.saturating_mul(1 << attempt.min(10)).min(most);
        if deadline.is_some_and(|deadline| Instant::now() + wait >= deadline) {
            return false;
        }
        thread::sleep(wait);
        true
    }

    fn collect<L: Listing>(&self, listing: L) -> Result<Dump<L::Item>> {
        let deadline = self.deadline();
        let most = self.attempts.unwrap_or(ATTEMPTS);
        let mut collector = Collector::new(listing);
        let mut items = Vec::new();
        let mut attempts = 0;
        loop {
            attempts += 1;
            items.clear();
            let (connection, request, ()) = self.prepare(ROUTE, |buf, strict| {
                Ok((collector.request(buf, strict)?, ()))
            })?;
            let outcome = self.exchange(connection, &request, deadline, |message| {
                items.extend(collector.item(message));
                After::More
            });
            let state = match outcome {
                Ok(Outcome {
                    interrupted: false, ..
                }) => DumpState::Complete,
                Ok(_) if attempts < most && Self::back_off(attempts - 1, deadline) => continue,
                Ok(_) => DumpState::Interrupted { attempts },
                Err(error) if collector.is_empty(&error) => DumpState::Complete,
                // Nothing is lost by reporting this as what it is.
                Err(error) if items.is_empty() => return Err(error),
                Err(error) => DumpState::Failed(error),
            };
            return Ok(collector.dump(&request, items, state));
        }
    }

    fn visit<L: Listing, R: Into<Flow>>(
        &self,
        listing: L,
        mut each: impl FnMut(<L::Item as Value>::View<'_>) -> R,
    ) -> Result<Scanned> {
        let mut collector = Collector::new(listing);
        let mut count = 0;
        let (connection, request, ()) = self.prepare(ROUTE, |buf, strict| {
            Ok((collector.request(buf, strict)?, ()))
        })?;
        let outcome = self.exchange(connection, &request, self.deadline(), |message| {
            let Some(view) = collector.view(message) else {
                return After::More;
            };
            count += 1;
            match each(view).into() {
                Flow::More => After::More,
                Flow::Stop => After::Stop,
            }
        });
        let state = match outcome {
            Ok(Outcome { stopped: true, .. }) => DumpState::Stopped,
            Ok(Outcome {
                interrupted: true, ..
            }) => DumpState::Interrupted { attempts: 1 },
            Ok(_) => DumpState::Complete,
            Err(error) if collector.is_empty(&error) => DumpState::Complete,
            Err(error) if count == 0 => return Err(error),
            Err(error) => DumpState::Failed(error),
        };
        Ok(collector.scanned(&request, count, state))
    }

    fn go_through<P: Procedure>(&self, mut procedure: P) -> Result<P::Output> {
        let deadline = self.deadline();
        let mut elsewhere;
        let mut buf = Vec::new();
        loop {
            buf.clear();
            let (handle, request) = match procedure.next(&mut buf)? {
                Next::Done(output) => return Ok(output),
                Next::Send(request) => (self, request),
                Next::SendIn(namespace, request) => {
                    elsewhere = Self::in_namespace(&namespace)?;
                    (&elsewhere, request)
                }
            };
            let mut connection = handle.pool.take(request.protocol())?;
            connection.request.clear();
            connection.request.extend_from_slice(&buf);
            let outcome =
                handle.exchange(connection, &request, deadline, |message| {
                    match procedure.object(message) {
                        Ok(()) => After::More,
                        Err(error) => After::Fail(error),
                    }
                });
            procedure.outcome(outcome.map(drop))?;
        }
    }
}

/// The protocol nearly every request belongs to, whose connection is taken before the request is
/// encoded so that it goes straight into the connection's buffer.
const ROUTE: u16 = crate::generated::route::RouteMessage::GET_LINK.protocol;

impl Executor for Netlink {
    type Call<'e, O: Operation> = Result<O::Output>;

    fn call<O: Operation>(&self, operation: O) -> Result<O::Output> {
        let (connection, request, mut replies) =
            self.prepare(ROUTE, |buf, _| operation.request(buf))?;
        self.exchange(
            connection,
            &request,
            self.deadline(),
            |message| match replies.object(message) {
                Ok(()) => After::More,
                Err(error) => After::Fail(error),
            },
        )?;
        replies.finish().ok_or_else(|| request.no_object())
    }
}

impl Lister for Netlink {
    type List<'e, L: Listing> = Result<Dump<L::Item>>;
    type Scan<'e, L: Listing, F: 'e, R> = Result<Scanned>;
    type Run<'e, P: Procedure> = Result<P::Output>;

    fn list<L: Listing>(&self, listing: L) -> Result<Dump<L::Item>> {
        self.collect(listing)
    }

    fn scan<'e, L, F, R>(&'e self, listing: L, each: F) -> Result<Scanned>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.visit(listing, each)
    }

    fn run<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        self.go_through(procedure)
    }
}
