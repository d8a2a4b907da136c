//! What became of the requests: [`Committed`], [`Ticket`].

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

use crate::conn::Message;
use crate::error::{Error, Result};
use crate::op::Replies;
use crate::wire::DecodeError;

/// Stands for the outcome of one request; [`Committed::take`] has it.
///
/// What nobody asks for is not lost: [`Committed::failures`] has every refusal.
#[must_use = "the outcome is in the committed batch"]
pub struct Ticket<R> {
    pub(super) batch: u64,
    pub(super) slot: usize,
    pub(super) replies: PhantomData<fn() -> R>,
}

impl<R> Ticket<R> {
    /// The position of the request in its batch, from 0.
    pub fn position(&self) -> usize {
        self.slot
    }
}

impl<R> fmt::Debug for Ticket<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.slot)
    }
}

/// Replies whose type the batch no longer knows.
pub(super) trait Pending: Send {
    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError>;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<R: Replies + Send + 'static> Pending for R {
    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError> {
        Replies::object(self, message)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// What is known of one request.
pub(super) struct Slot {
    /// Boxes of types without content, which most are, allocate nothing.
    pub(super) replies: Option<Box<dyn Pending>>,
    pub(super) error: Option<Error>,
    pub(super) warning: Option<Box<str>>,
    pub(super) operation: &'static str,
}

impl Slot {
    pub(super) fn waiting(replies: Box<dyn Pending>) -> Self {
        Self {
            replies: Some(replies),
            error: None,
            warning: None,
            operation: "a request",
        }
    }

    pub(super) fn failed(error: Error) -> Self {
        Self {
            replies: None,
            error: Some(error),
            warning: None,
            operation: "a request",
        }
    }
}

/// A batch that was carried out, with the outcome of each request.
pub struct Committed {
    pub(super) batch: u64,
    pub(super) slots: Vec<Slot>,
}

impl fmt::Debug for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failures().count();
        write!(
            f,
            "Committed({} requests, {failed} failed)",
            self.slots.len()
        )
    }
}

impl Committed {
    /// The outcome of a request.
    ///
    /// # Errors
    /// What the verb's documentation says; and, as for every request,
    /// [`is_lost`](Error::is_lost) if no more is known than that it was sent,
    /// [`is_timeout`](Error::is_timeout) if the time was over. A ticket of another batch is
    /// [`is_invalid`](Error::is_invalid).
    pub fn take<R: Replies + 'static>(&mut self, ticket: Ticket<R>) -> Result<R::Output> {
        let slot = self.slots.get_mut(ticket.slot);
        let Some(slot) = slot.filter(|_| ticket.batch == self.batch) else {
            return Err(Error::invalid("a ticket", "it is of another batch"));
        };
        if let Some(error) = &slot.error {
            return Err(error.clone());
        }
        let replies = slot.replies.take().map(Pending::into_any);
        let replies = replies.and_then(|replies| replies.downcast::<R>().ok());
        match replies {
            Some(replies) => replies.value(slot.operation),
            None => Err(Error::no_object(slot.operation)),
        }
    }

    /// The position of each request that failed, from 0, and why.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        let all = self.slots.iter().enumerate();
        all.filter_map(|(position, slot)| Some((position, slot.error.as_ref()?)))
    }

    /// The position of each request that was carried out and that the kernel had something to say about
    /// all the same. It says so only when asked to acknowledge: see [`Batch::ack_all`](super::Batch::ack_all).
    pub fn warnings(&self) -> impl Iterator<Item = (usize, &str)> {
        let all = self.slots.iter().enumerate();
        all.filter_map(|(position, slot)| Some((position, slot.warning.as_deref()?)))
    }

    /// How many requests there were.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether all were carried out.
    ///
    /// # Errors
    /// The first failure.
    pub fn all(&self) -> Result<()> {
        match self.failures().next() {
            None => Ok(()),
            Some((_, error)) => Err(error.clone()),
        }
    }
}
