//! Who carries operations out: [`Executor`] for single requests, [`Lister`] for everything longer.

use std::ops::ControlFlow;

use crate::conn::{Message, Request};
use crate::error::Result;
use crate::list::Listing;
use crate::netns::NetNs;
use crate::op::Operation;
use crate::wire::{DecodeError, Value};

/// Carries out single requests, now, later or in bulk.
///
/// Sub-handles such as [`Links`](crate::Links) have their verbs once, generic over this trait; so a
/// verb returns `Result` on a blocking handle, a future on an asynchronous one, a ticket in a batch.
pub trait Executor {
    /// What a verb returns.
    type Call<'e, O: Operation>
    where
        Self: 'e;

    /// Carries out an operation. Its request is encoded before this returns.
    fn call<'e, O: Operation>(&'e self, operation: O) -> Self::Call<'e, O>;
}

/// Carries out what takes more than one request, or has more than one object as its answer.
///
/// A batch cannot: it knows nothing of an answer until all its requests are sent.
pub trait Lister: Executor {
    /// What `list` returns.
    type List<'e, L: Listing>
    where
        Self: 'e;
    /// What `scan` returns.
    type Scan<'e, L: Listing, F, R>
    where
        Self: 'e,
        F: 'e;
    /// What `iter` returns.
    type Iter<'e, L: Listing>
    where
        Self: 'e;
    /// What a verb in several steps returns.
    type Run<'e, P: Procedure>
    where
        Self: 'e;

    /// Collects what a listing shows; an interrupted dump is retried.
    fn list<'e, L: Listing>(&'e self, listing: L) -> Self::List<'e, L>;

    /// Hands each object to `each` as a view, without a copy and without a retry.
    fn scan<'e, L, F, R>(&'e self, listing: L, each: F) -> Self::Scan<'e, L, F, R>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R + 'e,
        R: Into<Flow>;

    /// Hands out what a listing shows object by object, as it comes, without a retry.
    fn iter<'e, L: Listing>(&'e self, listing: L) -> Self::Iter<'e, L>;

    /// Carries out requests that depend on each other's answers.
    fn run<'e, P: Procedure>(&'e self, procedure: P) -> Self::Run<'e, P>;
}

/// Whether a scan goes on; what the closure of a scan returns becomes one.
///
/// `()` goes on, so that a closure that wants everything need not say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next one, please.
    More,
    /// That was enough.
    Stop,
}

impl From<()> for Flow {
    fn from((): ()) -> Self {
        Self::More
    }
}

impl From<ControlFlow<()>> for Flow {
    fn from(flow: ControlFlow<()>) -> Self {
        match flow {
            ControlFlow::Continue(()) => Self::More,
            ControlFlow::Break(()) => Self::Stop,
        }
    }
}

/// Requests that depend on each other's answers, as a state machine: an executor asks for the next
/// request, feeds in what answers it, and asks again.
pub trait Procedure: Send + 'static {
    /// What the caller gets in the end.
    type Output;

    /// Appends the next request to `buf`, or ends.
    ///
    /// # Errors
    /// Ends the procedure.
    fn next(&mut self, buf: &mut Vec<u8>) -> Result<Next<Self::Output>>;

    /// Takes an object that answers the last request.
    ///
    /// # Errors
    /// The object is malformed.
    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError>;

    /// Takes the outcome of the last request; what it does not object to, it can go on from.
    ///
    /// # Errors
    /// Ends the procedure.
    fn outcome(&mut self, outcome: Result<()>) -> Result<()> {
        outcome
    }
}

/// What a [`Procedure`] does next.
#[derive(Debug)]
pub enum Next<T> {
    /// Send this.
    Send(Request),
    /// Send this in another network namespace.
    SendIn(NetNs, Request),
    /// It is over.
    Done(T),
}
