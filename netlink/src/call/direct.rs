//! One operation where the caller waits for it: the usual course, straight through.

use super::{After, Call, Core, Flight, HeldWork, Outcome, Stage, Step, Taken, is_past};
use crate::error::Result;
use crate::op::{Operation, Replies};

/// What a call that waits came to.
type Held<R> = super::single::Held<R>;

impl Core {
    /// Carries out an operation whose answer is there as soon as its request was sent, which is how the kernel answers
    /// nearly all of them. A call in which anything else happens goes on as a [`Call`], which `finish` carries to its end.
    ///
    /// What is on the way from one state to the next in a [`Call`] stays where it is here, and one look into the pool
    /// finds all a call needs: with two system calls of two microseconds each, that is three percent of a call.
    pub(crate) fn direct<O: Operation>(
        &self,
        operation: O,
        finish: impl FnOnce(Call<HeldWork<O::Replies>>) -> Result<Held<O::Replies>>,
    ) -> Result<O::Output> {
        let mut idle = self.pool.take_last();
        let mut buf = match &mut idle {
            Some(connection) => connection.take_room(),
            None => Vec::new(),
        };
        let (request, mut replies) = match operation.request(&mut buf) {
            Ok(encoded) => encoded,
            Err(error) => {
                if let Some(mut connection) = idle {
                    connection.keep_room(buf);
                    self.pool.give_back(connection);
                }
                return Err(error);
            }
        };
        let deadline = self.deadline();
        if is_past(deadline) {
            return Err(request.timeout(false));
        }
        let mut connection = match idle {
            Some(connection) if connection.protocol() == request.protocol() => connection,
            other => {
                if let Some(connection) = other {
                    self.pool.put_aside(connection);
                }
                self.pool.take(request.protocol())?
            }
        };
        let mut inflight = connection.send(&request, &mut buf)?;
        let mut delivered = false;
        let each = |message: &crate::conn::Message<'_>| {
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
        call.stage = Stage::Flying(Flight {
            connection,
            request,
            inflight,
            elsewhere: None,
            delivered,
        });
        let held = match call.resume(taken)? {
            Step::Done(held) => held,
            Step::Go | Step::Wait => finish(call)?,
        };
        held.value()
    }
}

impl<R: Replies> Call<HeldWork<R>> {
    /// Goes on after what was received for it.
    #[cold]
    fn resume(&mut self, taken: Taken) -> Result<Step<Held<R>>> {
        match taken {
            Taken::Nothing | Taken::More | Taken::Paused => Ok(Step::Go),
            taken => self.take(taken),
        }
    }
}
