//! Many requests in few system calls: [`Batch`].
//!
//! ```no_run
//! use netlink::{Netlink, Route};
//!
//! let nl = Netlink::new();
//! let batch = nl.batch();
//! let first = batch.routes().add(&Route::to("198.51.100.0/24".parse().unwrap()).dev(2));
//! let second = batch.routes().add(&Route::to("203.0.113.0/24".parse().unwrap()).dev(2));
//! let mut done = batch.commit()?;
//! done.take(first)?;
//! if let Err(error) = done.take(second) {
//!     println!("the second was refused: {error}");
//! }
//! # Ok::<(), netlink::Error>(())
//! ```
//!
//! The kernel carries the requests out in order, and goes on after one that it refuses: **a batch is no
//! transaction**. Each request has an outcome of its own, whatever became of the others.
//!
//! Most requests are sent without asking for an acknowledgement, since the kernel answers a refusal in
//! any case; what it was silent about when it acknowledged a later request, it has done. How many go
//! out at once is reckoned so that even if all are refused, all answers fit into the receive buffer. If
//! some are lost all the same (another program may send to our socket), a request without an answer is
//! [`is_lost`](crate::Error::is_lost): it may have been carried out or not.
//!
//! Lists, scans and verbs of several steps are not for batches, and do not compile with one.

mod commit;
mod outcome;

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

pub use self::commit::Commit;
use self::outcome::Slot;
pub use self::outcome::{Committed, Ticket};
use crate::blocking::{self, Netlink};
use crate::call::Core;
use crate::conn::Request;
use crate::error::Result;
use crate::exec::Executor;
use crate::handle::objects;
use crate::op::Operation;
use crate::raw;

/// Collects requests; [`commit`](Self::commit) sends them.
///
/// It has the same verbs as a handle. What they return is a [`Ticket`], for which the [`Committed`]
/// batch has the outcome.
pub struct Batch<H> {
    handle: H,
    id: u64,
    ack_all: bool,
    queue: RefCell<Queue>,
}

/// Requests one after the other in one buffer, and what takes the answers of each.
#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    slots: Vec<Slot>,
}

/// What of a queue is left over when its outcomes were handed out, for the next one.
#[derive(Default)]
pub(crate) struct Room {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// How many requests the last batch had.
    count: usize,
}

/// The most bytes that a room keeps. Batches that are larger grow their vectors anew, which costs little beside so many requests.
const ROOM: usize = 512 * 1024;

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Room({} bytes)", self.bytes.capacity())
    }
}

impl Room {
    /// Forgets what was in it; false if it is too large to be kept.
    pub(crate) fn empty(&mut self) -> bool {
        self.bytes.clear();
        self.entries.clear();
        let entries = self.entries.capacity() * size_of::<Entry>();
        self.bytes.capacity() <= ROOM && entries <= ROOM
    }
}

impl Queue {
    fn new(room: Room) -> Self {
        Self {
            bytes: room.bytes,
            entries: room.entries,
            slots: Vec::with_capacity(room.count),
        }
    }
}

/// One request; those that could not be encoded have a slot only.
struct Entry {
    request: Request,
    slot: usize,
    sequence: u32,
}

impl<H> fmt::Debug for Batch<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} requests)", self.len())
    }
}

/// Tells tickets of one batch from those of another.
static IDS: AtomicU64 = AtomicU64::new(1);

impl<H> Batch<H> {
    fn new(handle: H, room: Room) -> Self {
        Self {
            handle,
            id: IDS.fetch_add(1, Ordering::Relaxed),
            ack_all: false,
            queue: RefCell::new(Queue::new(room)),
        }
    }

    /// Has every request acknowledged, so that [`Committed::warnings`] has what the kernel says about
    /// those that it carried out. It costs an answer each.
    #[must_use]
    pub fn ack_all(mut self) -> Self {
        self.ack_all = true;
        self
    }

    /// How many requests there are.
    pub fn len(&self) -> usize {
        self.queue.borrow().slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A handle that has batches.
pub trait Batching: Clone {
    /// What [`Batch::commit`] returns.
    type Committing;

    /// Carries a batch out.
    fn commit(&self, batch: Commit) -> Self::Committing;

    /// What its calls are made of.
    #[doc(hidden)]
    fn core_of_batch(&self) -> CoreOfBatch<'_>;
}

/// Keeps a private type out of a public trait.
#[doc(hidden)]
pub struct CoreOfBatch<'h>(pub(crate) &'h Core);

impl fmt::Debug for CoreOfBatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CoreOfBatch")
    }
}

impl<H: Batching> Batch<H> {
    /// Sends everything. Yields the outcome of each request, also if some were refused.
    ///
    /// Requests of one protocol that follow each other share system calls; the order is kept.
    ///
    /// # Errors
    /// No socket could be opened; nothing was sent then.
    pub fn commit(self) -> H::Committing {
        let CoreOfBatch(core) = self.handle.core_of_batch();
        let queue = self.queue.into_inner();
        let commit = Commit::new(core.clone(), queue, self.id, self.ack_all);
        self.handle.commit(commit)
    }
}

impl<H> Executor for Batch<H> {
    type Call<'e, O: Operation>
        = Ticket<O::Replies>
    where
        Self: 'e;

    fn call<O: Operation>(&self, operation: O) -> Ticket<O::Replies> {
        let mut queue = self.queue.borrow_mut();
        let slot = queue.slots.len();
        match operation.request(&mut queue.bytes) {
            Ok((request, replies)) => {
                queue.slots.push(Slot::waiting(Box::new(replies)));
                queue.entries.push(Entry {
                    request,
                    slot,
                    sequence: 0,
                });
            }
            Err(error) => queue.slots.push(Slot::failed(error)),
        }
        Ticket {
            batch: self.id,
            slot,
            replies: PhantomData,
        }
    }
}

objects!([H] Batch<H>);

impl Netlink {
    /// Collects requests, to be sent in few system calls.
    pub fn batch(&self) -> Batch<Self> {
        Batch::new(self.clone(), self.core().room())
    }
}

impl Batching for Netlink {
    type Committing = Result<Committed>;

    fn commit(&self, batch: Commit) -> Result<Committed> {
        blocking::complete(batch)
    }

    fn core_of_batch(&self) -> CoreOfBatch<'_> {
        CoreOfBatch(self.core())
    }
}

impl raw::Netlink {
    /// Collects requests, to be sent in few system calls.
    pub fn batch(&self) -> Batch<Self> {
        Batch::new(self.clone(), self.core().room())
    }
}

impl Batching for raw::Netlink {
    type Committing = Commit;

    fn commit(&self, batch: Commit) -> Commit {
        batch
    }

    fn core_of_batch(&self) -> CoreOfBatch<'_> {
        CoreOfBatch(self.core())
    }
}

#[cfg(feature = "tokio")]
impl crate::tokio::Netlink {
    /// Collects requests, to be sent in few system calls.
    pub fn batch(&self) -> Batch<Self> {
        Batch::new(self.clone(), self.core().room())
    }
}

#[cfg(feature = "tokio")]
impl Batching for crate::tokio::Netlink {
    type Committing = crate::tokio::Calling<Commit>;

    fn commit(&self, batch: Commit) -> Self::Committing {
        self.calling(batch)
    }

    fn core_of_batch(&self) -> CoreOfBatch<'_> {
        CoreOfBatch(self.core())
    }
}
