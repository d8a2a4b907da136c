//! A listing, object by object as it comes: [`Stream`].

use std::fmt;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use super::{Advance, After, Call, Finish, Outcome, Policy, Progress, Turn, Work};
use crate::conn::{Message, Request};
use crate::error::{Error, Result};
use crate::list::{Collector, DumpState, Listing, Scanned};

/// The work of a stream: a dump, tried once, whose objects somebody takes in between.
pub(super) struct StreamWork<L: Listing> {
    collector: Collector<L>,
    /// The object that comes next.
    item: Option<L::Item>,
    count: usize,
}

impl<L: Listing> Work for StreamWork<L> {
    type Output = Scanned;

    fn next(&mut self, buf: &mut Vec<u8>, strict: bool) -> Result<Turn<Scanned>> {
        Ok(Turn::Send(self.collector.request(buf, strict)?))
    }

    fn object(&mut self, message: &Message<'_>) -> After {
        self.collector.item_to(message, &mut self.item);
        if self.item.is_none() {
            return After::More;
        }
        self.count += 1;
        After::Pause
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

/// The objects of a listing as they come, one datagram of them in memory at a time.
///
/// When it yields no more, [`end`](Self::end) tells whether that was everything; it is not tried again.
pub struct Stream<L: Listing> {
    call: Call<StreamWork<L>>,
    end: Option<Result<Scanned>>,
}

impl<L: Listing> fmt::Debug for Stream<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream(after {} objects)", self.call.work.count)
    }
}

impl<L: Listing> Stream<L> {
    pub(super) fn work(listing: L) -> StreamWork<L> {
        StreamWork {
            collector: Collector::new(listing),
            item: None,
            count: 0,
        }
    }

    pub(super) fn new(call: Call<StreamWork<L>>) -> Self {
        Self { call, end: None }
    }

    /// How it ended; `None` while it has not.
    ///
    /// # Errors
    /// The dump could not start.
    pub fn end(self) -> Option<Result<Scanned>> {
        self.end
    }
}

impl<L: Listing> Stream<L> {
    /// Goes on until there is an object to take, or no more.
    fn reach(&mut self) -> Progress<()> {
        while self.call.work.item.is_none() && self.end.is_none() {
            match self.call.step() {
                None | Some(Progress::Yield) => {}
                Some(Progress::Done(end)) => self.end = Some(end),
                Some(Progress::Wait { readable, until }) => {
                    return Progress::Wait { readable, until };
                }
            }
        }
        Progress::Done(Ok(()))
    }

    /// The object that was reached.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<L::Item> {
        self.call.work.item.take()
    }
}

/// A stream on its way to its next object, which stays where it is until it is taken: to hand it on by way of an outcome
/// would move it several times.
#[derive(Debug)]
pub(crate) struct Reach<L: Listing>(pub(crate) Stream<L>);

impl<L: Listing> Advance for Reach<L> {
    type Output = ();

    fn advance(&mut self) -> Progress<()> {
        self.0.reach()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.fd()
    }

    fn begin(&mut self) -> Option<Instant> {
        self.0.begin()
    }

    fn too_late(&mut self) -> Error {
        self.0.too_late()
    }
}

impl<L: Listing> Advance for Stream<L> {
    /// The next object; `None` when there are no more.
    type Output = Option<L::Item>;

    /// Unlike others it may be called again when it is done: that is how to get the next object.
    fn advance(&mut self) -> Progress<Option<L::Item>> {
        match self.reach() {
            Progress::Done(reached) => Progress::Done(reached.map(|()| self.take())),
            Progress::Yield => Progress::Yield,
            Progress::Wait { readable, until } => Progress::Wait { readable, until },
        }
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.call.fd()
    }

    fn begin(&mut self) -> Option<Instant> {
        self.call.begin()
    }

    fn too_late(&mut self) -> Error {
        self.call.too_late()
    }
}
