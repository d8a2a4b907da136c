//! The future of a call: [`Calling`].

use std::fmt;
use std::future::Future;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ::tokio::io::unix::AsyncFd;
use ::tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use ::tokio::time::Sleep;

use crate::call::{Advance, Progress};
use crate::error::{Error, Result};

/// Something under way, as a future: a call, or the commit of a batch.
///
/// Most answers are there when the request has been sent, so the reactor hears of a socket only while
/// there is something to wait for. That also leaves a handle free to be used in one runtime after
/// another.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Calling<A> {
    // Before what owns the socket, so that this keeps it open no longer.
    watch: Option<AsyncFd<OwnedFd>>,
    sleep: Option<Pin<Box<Sleep>>>,
    under_way: A,
    gate: Gate,
}

type Acquiring =
    Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send + Sync>>;

/// Where a call stands in the queue for a socket.
enum Gate {
    Outside(Arc<Semaphore>),
    Waiting(Acquiring),
    Inside(#[expect(dead_code, reason = "held for what its drop does")] OwnedSemaphorePermit),
    Gone,
}

// Nothing in here is ever pinned in place.
impl<A> Unpin for Calling<A> {}

impl<A> fmt::Debug for Calling<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling").finish_non_exhaustive()
    }
}

impl<A: Advance> Calling<A> {
    pub(super) fn new(under_way: A, gate: &Arc<Semaphore>) -> Self {
        Self {
            watch: None,
            sleep: None,
            under_way,
            gate: Gate::Outside(gate.clone()),
        }
    }

    /// Ready when the call may open a socket; false if its time is over before that.
    fn poll_gate(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if let Gate::Outside(semaphore) = &self.gate {
            let semaphore = semaphore.clone();
            let deadline = self.under_way.begin();
            self.gate = match semaphore.clone().try_acquire_owned() {
                Ok(permit) => Gate::Inside(permit),
                Err(_) => {
                    self.sleep_until(deadline);
                    Gate::Waiting(Box::pin(semaphore.acquire_owned()))
                }
            };
        }
        if let Gate::Waiting(acquiring) = &mut self.gate {
            match acquiring.as_mut().poll(cx) {
                // The semaphore is never closed.
                Poll::Ready(permit) => {
                    self.gate = permit.map_or(Gate::Gone, Gate::Inside);
                    self.sleep = None;
                }
                Poll::Pending => {
                    ready!(self.poll_sleep(cx));
                    return Poll::Ready(false);
                }
            }
        }
        Poll::Ready(true)
    }

    fn sleep_until(&mut self, until: Option<Instant>) {
        self.sleep = until.map(|until| Box::pin(::tokio::time::sleep_until(until.into())));
    }

    /// Ready when the moment has come that is waited for, if there is one.
    fn poll_sleep(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }

    /// Ready when it is worth going on.
    fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Some(watch) = &self.watch {
            if let Poll::Ready(readiness) = watch.poll_read_ready(cx) {
                let readiness = readiness.map(drop);
                return Poll::Ready(
                    readiness.map_err(|error| Error::io("cannot wait for an answer", error)),
                );
            }
        }
        if self.watch.is_some() || self.sleep.is_some() {
            ready!(self.poll_sleep(cx));
        }
        Poll::Ready(Ok(()))
    }

    fn watch(&mut self) -> Result<()> {
        self.watch = self.under_way.fd().map(super::watch).transpose()?;
        Ok(())
    }
}

impl<A: Advance> Calling<A> {
    pub(super) fn into_inner(self) -> A {
        self.under_way
    }

    pub(super) fn get_mut(&mut self) -> &mut A {
        &mut self.under_way
    }

    /// Goes on, also after it was ready, where what is under way can; the place is kept until the end.
    pub(super) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<A::Output>> {
        if !ready!(self.poll_gate(cx)) {
            self.gate = Gate::Gone;
            return Poll::Ready(Err(self.under_way.too_late()));
        }
        loop {
            ready!(self.poll_wait(cx))?;
            if self.watch.is_some() || self.sleep.is_some() {
                // The step may close the socket, and this would keep it open.
                self.watch = None;
                self.sleep = None;
            }
            match self.under_way.advance() {
                Progress::Done(result) => return Poll::Ready(result),
                Progress::Yield => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Progress::Wait { readable, until } => {
                    self.sleep_until(until);
                    if readable {
                        self.watch()?;
                    }
                    if self.watch.is_none() && readable {
                        // A transport without a descriptor: there will be something the next time.
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

impl<A: Advance> Future for Calling<A> {
    type Output = Result<A::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let output = ready!(self.poll_more(cx));
        // The next one in the queue need not wait for this to be dropped.
        self.gate = Gate::Gone;
        Poll::Ready(output)
    }
}
