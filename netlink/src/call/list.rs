//! A listing, collected.

use std::time::{Duration, Instant};

use super::{After, Finish, Outcome, Policy, Turn, Work};
use crate::conn::{Message, Request};
use crate::error::Result;
use crate::list::{Collector, Dump, DumpState, Listing};

/// The wait before a dump is tried again: doubled each time, from the first to the last of these.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// The [`Work`] of a list: a dump, tried again if it was interrupted.
#[derive(Debug)]
pub struct ListWork<L: Listing> {
    collector: Collector<L>,
    items: Vec<L::Item>,
    attempts: u32,
    /// The interrupted attempt before this one, until this one brings something.
    before: Option<Dump<L::Item>>,
}

impl<L: Listing> ListWork<L> {
    pub(crate) fn new(listing: L) -> Self {
        Self {
            collector: Collector::new(listing),
            items: Vec::new(),
            attempts: 0,
            before: None,
        }
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause(&self, policy: &Policy) -> Option<Duration> {
        let (first, most) = BACKOFF;
        let pause = first
            .saturating_mul(1 << (self.attempts - 1).min(10))
            .min(most);
        let late = |deadline: Instant| Instant::now() + pause >= deadline;
        let over = self.attempts >= policy.attempts || policy.deadline.is_some_and(late);
        (!over).then_some(pause)
    }
}

impl<L: Listing> Work for ListWork<L> {
    type Output = Dump<L::Item>;

    fn next(&mut self, buf: &mut Vec<u8>, strict: bool) -> Result<Turn<Self::Output>> {
        self.items.clear();
        Ok(Turn::Send(self.collector.request(buf, strict)?))
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        self.before = None;
        self.collector.push_item(message, &mut self.items);
        After::More
    }

    fn forget(&mut self) -> bool {
        self.items.clear();
        self.collector.clear();
        true
    }

    fn outcome(
        &mut self,
        request: &Request,
        outcome: Result<Outcome>,
        policy: &Policy,
    ) -> Result<Finish<Self::Output>> {
        self.attempts += 1;
        let attempts = self.attempts;
        let worth_another = match &outcome {
            Ok(outcome) => outcome.interrupted,
            Err(error) => error.is_lost(),
        };
        if worth_another {
            if let Some(pause) = self.pause(policy) {
                if outcome.is_ok() {
                    let items = std::mem::take(&mut self.items);
                    let state = DumpState::Interrupted { attempts };
                    self.before = Some(self.collector.dump(request, items, state));
                }
                return Ok(Finish::Next(pause));
            }
        }
        match (&outcome, self.before.take()) {
            // The time was over before there was anything newer.
            (Err(error), Some(before)) if !self.collector.is_empty(error) => {
                return Ok(Finish::Done(before));
            }
            _ => {}
        }
        let state = match outcome {
            Ok(outcome) if outcome.interrupted => DumpState::Interrupted { attempts },
            Ok(_) => DumpState::Complete,
            Err(error) if self.collector.is_empty(&error) => DumpState::Complete,
            // Nothing is lost by reporting this as what it is.
            Err(error) if self.items.is_empty() => return Err(error),
            Err(error) => DumpState::Failed(error),
        };
        let items = std::mem::take(&mut self.items);
        Ok(Finish::Done(self.collector.dump(request, items, state)))
    }
}
