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
}

impl<R: Replies> Work for SingleWork<R> {
    type Output = R::Output;

    fn next(&mut self, _: &mut Vec<u8>, _: bool) -> Result<Turn<R::Output>> {
        match self.request.take() {
            Some(request) => request.map(Turn::Send),
            None => Err(Error::invalid("a call", "it is over already")),
        }
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        match self.replies.as_mut().map(|replies| replies.object(message)) {
            Some(Err(error)) => After::Fail(error),
            Some(Ok(())) | None => After::More,
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

/// No pause.
pub(super) const AT_ONCE: Duration = Duration::ZERO;
