//! Requests that depend on each other's answers.

use super::single::AT_ONCE;
use super::{After, Finish, Outcome, Policy, Turn, Work};
use crate::conn::{Message, Request};
use crate::error::Result;
use crate::exec::{Next, Procedure};

/// The [`Work`] of a [`Procedure`].
#[derive(Debug)]
pub struct StepsWork<P>(P);

impl<P> StepsWork<P> {
    pub(crate) fn new(procedure: P) -> Self {
        Self(procedure)
    }
}

impl<P: Procedure> Work for StepsWork<P> {
    type Output = P::Output;

    fn next(&mut self, buf: &mut Vec<u8>, _: bool) -> Result<Turn<P::Output>> {
        Ok(match self.0.next(buf)? {
            Next::Send(request) => Turn::Send(request),
            Next::SendIn(namespace, request) => Turn::SendIn(namespace, request),
            Next::Done(output) => Turn::Done(output),
        })
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        match self.0.object(message) {
            Ok(()) => After::More,
            Err(error) => After::Fail(error),
        }
    }

    fn outcome(
        &mut self,
        _: &Request,
        outcome: Result<Outcome>,
        _: &Policy,
    ) -> Result<Finish<P::Output>> {
        self.0.outcome(outcome.map(drop))?;
        Ok(Finish::Next(AT_ONCE))
    }
}
