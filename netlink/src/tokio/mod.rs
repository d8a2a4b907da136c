//! The asynchronous handle, on tokio: [`tokio::Netlink`](Netlink).
//!
//! ```no_run
//! use netlink::Link;
//! use netlink::tokio::Netlink;
//!
//! # async fn example() -> netlink::Result<()> {
//! let nl = Netlink::new();
//! nl.links().add(&Link::bridge("br0")).await?;
//! nl.links().up("br0").await?;
//! for link in nl.links().list(&Default::default()).await?.into_vec()? {
//!     println!("{} {:?}", link.index, link.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! There is no task to spawn and nothing to shut down. A future owns all it needs, so it is `'static`
//! and `Send`, and may be spawned. Each call in flight has a socket of its own, so calls do not wait
//! for each other. The kernel carries most requests out while it takes them, within `poll`; what a
//! blocking call would wait for, mostly other changes to the network, delays the thread here too.
//!
//! A future dropped after its request was sent closes its socket; what was asked for may have
//! happened. A runtime needs its I/O driver, and with a time limit or a dump that is tried again also
//! its time driver (`enable_all`).

mod calling;
mod iter;
mod mirror;
mod subscription;

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use ::tokio::io::unix::AsyncFd;
use ::tokio::sync::Semaphore;

pub use self::calling::Calling;
pub use self::iter::Iter;
pub use self::mirror::Mirror;
pub use self::subscription::Subscription;
use crate::call::{Advance, Call, Core, ListWork, Reach, ScanWork, SingleWork, StepsWork};
use crate::error::{Error, Result};
use crate::exec::{Executor, Flow, Lister, Procedure};
use crate::handle::handle;
use crate::list::Listing;
use crate::op::Operation;
use crate::sys;
use crate::wire::Value;

/// Calls that may be in flight at once, unless told; each needs a socket.
const IN_FLIGHT: usize = 64;

handle! {
    /// A handle to the kernel's network configuration; its verbs return futures.
    ///
    /// Cheap to clone and safe to share between tasks. At most 64 calls of a handle and its clones are
    /// in flight ([`with_in_flight`](Self::with_in_flight)); further ones wait for their turn, in the
    /// order in which they were first polled.
    Netlink {
        gate: Arc<Semaphore> = Arc::new(Semaphore::new(IN_FLIGHT)),
    }
}

impl Netlink {
    /// The same handle, of which so many calls may be in flight at once; it no longer counts those of
    /// the handle it is made from.
    #[must_use]
    pub fn with_in_flight(&self, calls: usize) -> Self {
        Self {
            core: self.core.clone(),
            gate: Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))),
        }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) fn calling<A: Advance>(&self, under_way: A) -> Calling<A> {
        Calling::new(under_way, &self.gate)
    }
}

fn watch(fd: BorrowedFd<'_>) -> Result<AsyncFd<OwnedFd>> {
    sys::watch(fd).map_err(|error| Error::io("cannot wait in this runtime", error))
}

impl Executor for Netlink {
    type Call<'e, O: Operation> = Calling<Call<SingleWork<O::Replies>>>;

    fn call<O: Operation>(&self, operation: O) -> Self::Call<'_, O> {
        self.calling(self.core.single(operation))
    }
}

impl Lister for Netlink {
    type List<'e, L: Listing> = Calling<Call<ListWork<L>>>;
    type Scan<'e, L: Listing, F: 'e, R> = Calling<Call<ScanWork<L, F, R>>>;
    type Iter<'e, L: Listing> = Iter<L>;
    type Run<'e, P: Procedure> = Calling<Call<StepsWork<P>>>;

    fn list<L: Listing>(&self, listing: L) -> Self::List<'_, L> {
        self.calling(self.core.list(listing))
    }

    fn scan<'e, L, F, R>(&'e self, listing: L, each: F) -> Self::Scan<'e, L, F, R>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.calling(self.core.scan(listing, each))
    }

    fn iter<L: Listing>(&self, listing: L) -> Iter<L> {
        Iter(self.calling(Reach(self.core.stream(listing))))
    }

    fn run<P: Procedure>(&self, procedure: P) -> Self::Run<'_, P> {
        self.calling(self.core.steps(procedure))
    }
}
