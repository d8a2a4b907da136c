//! One operation: a request and what answers it.

use std::time::Duration;

use super::{After, Finish, Outcome, Policy, Turn, Work};
use crate::conn::{Message, Request};
use crate::error::{Error, Result};
use crate::op::Replies;

/// The [`Work`] of an [`Operation`](crate::op::Operation), whose request stands in the buffer already.
#[derive(Debug)]
pub struct SingleWork<R> {
    request: Option<Result<Request>>,
    replies: Option<R>,
}

impl<R> SingleWork<R> {
    pub(crate) fn new(encoded: Result<(Request, R)>) -> Self {
        match encoded {
            Ok((request, replies)) => Self {
                request: Some(Ok(request)),
                replies: Some(replies),
            },
            Err(error) => Self {
                request: Some(Err(error)),
                replies: None,
            },
        }
    }

    fn next_request(&mut self) -> Result<Request> {
        match self.request.take() {
            Some(request) => request,
            None => Err(Error::invalid("a call", "it is over already")),
        }
    }
}

impl<R: Replies> Work for SingleWork<R> {
    type Output = R::Output;

    fn next(&mut self, _: &mut Vec<u8>, _: bool) -> Result<Turn<R::Output>> {
        self.next_request().map(Turn::Send)
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        match &mut self.replies {
            Some(replies) => replies.object(message).into(),
            None => After::More,
        }
    }

    fn outcome(
        &mut self,
        request: &Request,
        outcome: Result<Outcome>,
        _: &Policy,
    ) -> Result<Finish<R::Output>> {
        outcome?;
        let value = self.replies.take().and_then(Replies::finish);
        value.map(Finish::Done).ok_or_else(|| request.no_object())
    }
}

/// The same for an executor that waits where the caller stands: the value stays in the replies, a box if it is large, until
/// the call is over. On its way through the outcomes of the state machine it would be moved at each of them.
#[derive(Debug)]
pub(crate) struct HeldWork<R>(SingleWork<R>);

impl<R> HeldWork<R> {
    pub(crate) fn new(encoded: Result<(Request, R)>) -> Self {
        Self(SingleWork::new(encoded))
    }

    /// That of a request that was sent already.
    pub(crate) fn sent(replies: R) -> Self {
        Self(SingleWork {
            request: None,
            replies: Some(replies),
        })
    }
}

impl<R: Replies> Work for HeldWork<R> {
    type Output = Held<R>;

    fn next(&mut self, _: &mut Vec<u8>, _: bool) -> Result<Turn<Held<R>>> {
        self.0.next_request().map(Turn::Send)
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        self.0.object(message)
    }

    fn outcome(
        &mut self,
        request: &Request,
        outcome: Result<Outcome>,
        _: &Policy,
    ) -> Result<Finish<Held<R>>> {
        outcome?;
        match self.0.replies.take() {
            Some(replies) => Ok(Finish::Done(Held {
                replies,
                operation: request.operation(),
            })),
            None => Err(request.no_object()),
        }
    }
}

/// What answered an operation.
#[derive(Debug)]
pub(crate) struct Held<R> {
    replies: R,
    operation: &'static str,
}

impl<R: Replies> Held<R> {
    /// The value.
    #[inline]
    pub(crate) fn value(self) -> Result<R::Output> {
        self.replies.value(self.operation)
    }
}

/// No pause.
pub(super) const AT_ONCE: Duration = Duration::ZERO;
