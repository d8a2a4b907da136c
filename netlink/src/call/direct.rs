//! One operation where the caller waits for it: the usual course, straight through.

use std::time::Duration;

use super::{After, Call, Core, Flight, HeldWork, Outcome, Stage, Step, Taken};
use crate::conn::Message;
use crate::error::Result;
use crate::op::{Operation, Replies};

/// What a call that waits came to.
type Held<R> = super::single::Held<R>;

impl Core {
    /// Carries out an operation whose answer is there as soon as its request was sent, which is how the kernel answers
    /// nearly all of them. A call in which anything else happens goes on as a [`Call`], which `finish` carries to its end.
    ///
    /// What is on the way from one state to the next in a [`Call`] stays where it is here, and one look into the pool
    /// finds all a call needs. The two system calls of a request leave little of a program in the caches, so the code
    /// that is run is kept short and in one place: all else is `cold`.
    pub(crate) fn direct<O: Operation>(
        &self,
        operation: O,
        finish: impl FnOnce(Call<HeldWork<O::Replies>>) -> Result<Held<O::Replies>>,
    ) -> Result<O::Output> {
        let Some(mut connection) = self.pool.take_last() else {
            return finish(self.roundabout(operation))?.value();
        };
        let mut buf = connection.take_room();
        let (request, mut replies) = match operation.request(&mut buf) {
            Ok(encoded) => encoded,
            Err(error) => {
                self.pool.put_aside(connection);
                return Err(error);
            }
        };
        if connection.protocol() != request.protocol() || self.timeout == Some(Duration::ZERO) {
            self.pool.put_aside(connection);
            let work = HeldWork::new(Ok((request, replies)));
            return finish(Call::new(self.clone(), work, buf))?.value();
        }
        let deadline = self.deadline();
        let mut inflight = connection.send(&request, &mut buf)?;
        let mut delivered = false;
        let each = |message: &Message<'_>| {
            delivered = true;
            After::from(replies.object(message))
        };
        let taken = connection.receive(&request, &buf, &mut inflight, each);
        if let Taken::Ended(Ok(Outcome { warning: None, .. })) = taken {
            connection.keep_room(buf);
            self.pool.give_back(connection);
            return replies.value(request.operation());
        }
        let mut call = Call::new(self.clone(), HeldWork::sent(replies), buf);
        call.deadline = deadline;
        let flight = Flight {
            connection,
            request,
            inflight,
            elsewhere: None,
            delivered,
        };
        match call.resume(flight, taken)? {
            Step::Done(held) => held.value(),
            Step::Go | Step::Wait => finish(call)?.value(),
        }
    }

    /// The same from the begin, where no connection waits.
    #[cold]
    #[inline(never)]
    fn roundabout<O: Operation>(&self, operation: O) -> Call<HeldWork<O::Replies>> {
        let mut buf = self.buffer();
        let work = HeldWork::new(operation.request(&mut buf));
        Call::new(self.clone(), work, buf)
    }
}

impl<R: Replies> Call<HeldWork<R>> {
    /// Goes on after what was received for it.
    #[cold]
    #[inline(never)]
    fn resume(&mut self, flight: Flight, taken: Taken) -> Result<Step<Held<R>>> {
        self.stage = Stage::Flying(flight);
        match taken {
            Taken::Nothing | Taken::More | Taken::Paused => Ok(Step::Go),
            taken => self.take(taken),
        }
    }
}
