//! The blocking handle: [`Netlink`].

use std::os::fd::BorrowedFd;
use std::thread;
use std::time::{Duration, Instant};

use crate::call::{Advance, Core, Progress, Reach};
use crate::error::{Error, Result};
use crate::exec::{Executor, Flow, Lister, Procedure};
use crate::handle::handle;
use crate::list::{Dump, Listing, Scanned};
use crate::op::Operation;
use crate::sys;
use crate::wire::Value;

handle! {
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
    Netlink {}
}

impl Executor for Netlink {
    type Call<'e, O: Operation> = Result<O::Output>;

    fn call<O: Operation>(&self, operation: O) -> Result<O::Output> {
        self.core.direct(operation, complete)
    }
}

impl Lister for Netlink {
    type List<'e, L: Listing> = Result<Dump<L::Item>>;
    type Scan<'e, L: Listing, F: 'e, R> = Result<Scanned>;
    type Iter<'e, L: Listing> = Iter<L>;
    type Run<'e, P: Procedure> = Result<P::Output>;

    fn list<L: Listing>(&self, listing: L) -> Result<Dump<L::Item>> {
        complete(self.core.list(listing))
    }

    fn scan<'e, L, F, R>(&'e self, listing: L, each: F) -> Result<Scanned>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        complete(self.core.scan(listing, each))
    }

    fn iter<L: Listing>(&self, listing: L) -> Iter<L> {
        Iter(Reach(self.core.stream(listing)))
    }

    fn run<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        complete(self.core.steps(procedure))
    }
}

/// The objects of a listing as they come, one datagram of them in memory at a time; an iterator that
/// waits.
///
/// When it yields no more, [`end`](Self::end) tells whether that was everything; it is not tried again.
///
/// ```no_run
/// # let nl = netlink::Netlink::new();
/// let mut routes = nl.routes().iter(&Default::default());
/// for route in &mut routes {
///     println!("{:?}", route.destination());
/// }
/// routes.end()?.into_count()?;
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Debug)]
pub struct Iter<L: Listing>(Reach<L>);

impl<L: Listing> Iterator for Iter<L> {
    type Item = L::Item;

    fn next(&mut self) -> Option<L::Item> {
        // What goes wrong is how the stream ends, and leaves nothing to take. With a way out of its own for it, the object would
        // be moved once more, to where the two ways meet.
        let _ = carry(&mut self.0);
        self.0.0.take()
    }
}

impl<L: Listing> Iter<L> {
    /// How it ended. What was not taken yet is passed over.
    ///
    /// # Errors
    /// The dump could not start.
    pub fn end(mut self) -> Result<Scanned> {
        while self.next().is_some() {}
        let Reach(stream) = self.0;
        stream
            .end()
            .unwrap_or_else(|| Err(Error::invalid("a list", "it has no end")))
    }
}

/// How long to sleep where there is nothing to wait for: transports that are no socket.
const TICK: Duration = Duration::from_millis(1);

/// Carries something on to its end.
pub(crate) fn complete<A: Advance>(mut under_way: A) -> Result<A::Output> {
    carry(&mut under_way)
}

fn carry<A: Advance>(under_way: &mut A) -> Result<A::Output> {
    under_way.begin();
    loop {
        match under_way.advance() {
            Progress::Done(result) => return result,
            Progress::Yield => {}
            Progress::Wait { readable, until } => {
                let fd = under_way.fd().filter(|_| readable);
                match until {
                    // Nothing but time is waited for.
                    Some(until) if !readable => {
                        thread::sleep(until.saturating_duration_since(Instant::now()));
                    }
                    _ => wait(fd, until)?,
                }
            }
        }
    }
}

/// Waits until the descriptor becomes readable, or until a moment.
pub(crate) fn wait(fd: Option<BorrowedFd<'_>>, until: Option<Instant>) -> Result<()> {
    match fd {
        Some(fd) => {
            sys::wait_readable(fd, until)
                .map_err(|error| Error::io("cannot wait for an answer", error))?;
        }
        None => {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            thread::sleep(left.unwrap_or(TICK).min(TICK));
        }
    }
    Ok(())
}

impl Netlink {
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}
