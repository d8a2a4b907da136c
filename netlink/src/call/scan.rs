//! A listing, looked at object by object.

use std::marker::PhantomData;

use super::{After, Finish, Outcome, Policy, Turn, Work};
use crate::conn::{Message, Request};
use crate::error::Result;
use crate::exec::Flow;
use crate::list::{Collector, DumpState, Listing, Scanned};
use crate::wire::Value;

/// The [`Work`] of a scan: a dump, tried once.
#[derive(Debug)]
pub struct ScanWork<L: Listing, F, R> {
    collector: Collector<L>,
    count: usize,
    each: F,
    returns: PhantomData<fn() -> R>,
}

impl<L: Listing, F, R> ScanWork<L, F, R> {
    pub(crate) fn new(listing: L, each: F) -> Self {
        Self {
            collector: Collector::new(listing),
            count: 0,
            each,
            returns: PhantomData,
        }
    }
}

impl<L, F, R> Work for ScanWork<L, F, R>
where
    L: Listing,
    F: FnMut(<L::Item as Value>::View<'_>) -> R,
    R: Into<Flow>,
{
    type Output = Scanned;

    fn next(&mut self, buf: &mut Vec<u8>, strict: bool) -> Result<Turn<Scanned>> {
        Ok(Turn::Send(self.collector.request(buf, strict)?))
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        let Some(view) = self.collector.view(message) else {
            return After::More;
        };
        self.count += 1;
        match (self.each)(view).into() {
            Flow::More => After::More,
            Flow::Stop => After::Stop,
        }
    }

    fn forget(&mut self) -> bool {
        // What was handed out cannot be taken back.
        self.count == 0
    }

    fn outcome(
        &mut self,
        request: &Request,
        outcome: Result<Outcome>,
        _: &Policy,
    ) -> Result<Finish<Scanned>> {
        let state = match outcome {
            Ok(Outcome { stopped: true, .. }) => DumpState::Stopped,
            Ok(outcome) if outcome.interrupted => DumpState::Interrupted { attempts: 1 },
            Ok(_) => DumpState::Complete,
            Err(error) if self.collector.is_empty(&error) => DumpState::Complete,
            Err(error) if self.count == 0 => return Err(error),
            Err(error) => DumpState::Failed(error),
        };
        Ok(Finish::Done(
            self.collector.scanned(request, self.count, state),
        ))
    }
}
