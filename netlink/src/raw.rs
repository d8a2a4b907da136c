//! A handle for event loops of one's own: [`raw::Netlink`](Netlink).
//!
//! Its verbs return a [`Call`], which does as much as it can without waiting each time it is told to
//! [`advance`](Advance::advance), and names the descriptor to wait for.
//!
//! ```
//! use std::time::Duration;
//! use netlink::raw::{Advance, Netlink, Progress};
//! use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
//!
//! let nl = Netlink::new().with_timeout(Duration::from_secs(5));
//! let mut call = nl.links().get("lo");
//! let lo = loop {
//!     match call.advance() {
//!         Progress::Done(result) => break result?,
//!         Progress::Yield => {}
//!         // `until` would be the time to wait at most, for lists that pause before a retry.
//!         Progress::Wait { until: _, .. } => {
//!             let mut fds: Vec<_> = call.fd().map(|fd| PollFd::new(fd, PollFlags::POLLIN)).into_iter().collect();
//!             poll(&mut fds, PollTimeout::from(10u8))?;
//!         }
//!     }
//! };
//! assert!(lo.is_loopback());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::call::Core;
pub use crate::call::{
    Advance, Call, ListWork, Progress, ScanWork, SingleWork, StepsWork, Stream, Work,
};
use crate::exec::{Executor, Flow, Lister, Procedure};
use crate::handle::handle;
use crate::list::Listing;
use crate::op::Operation;
use crate::wire::Value;

handle! {
    /// A handle whose verbs return a [`Call`] that somebody else carries on.
    ///
    /// The request is encoded when the verb is called; nothing is sent before the first
    /// [`advance`](Advance::advance). Dropping a call closes its socket.
    Netlink {}
}

impl Netlink {
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}

impl Executor for Netlink {
    type Call<'e, O: Operation> = Call<SingleWork<O::Replies>>;

    fn call<O: Operation>(&self, operation: O) -> Call<SingleWork<O::Replies>> {
        self.core.single(operation)
    }
}

impl Lister for Netlink {
    type List<'e, L: Listing> = Call<ListWork<L>>;
    type Scan<'e, L: Listing, F: 'e, R> = Call<ScanWork<L, F, R>>;
    type Iter<'e, L: Listing> = Stream<L>;
    type Run<'e, P: Procedure> = Call<StepsWork<P>>;

    fn list<L: Listing>(&self, listing: L) -> Call<ListWork<L>> {
        self.core.list(listing)
    }

    fn scan<'e, L, F, R>(&'e self, listing: L, each: F) -> Call<ScanWork<L, F, R>>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.core.scan(listing, each)
    }

    fn iter<L: Listing>(&self, listing: L) -> Stream<L> {
        self.core.stream(listing)
    }

    fn run<P: Procedure>(&self, procedure: P) -> Call<StepsWork<P>> {
        self.core.steps(procedure)
    }
}
