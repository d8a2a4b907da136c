//! The objects of a listing as they come: [`Iter`].

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use super::Calling;
use crate::call::Reach;
use crate::error::{Error, Result};
use crate::list::{Listing, Scanned};

/// The objects of a listing as they come, one datagram of them in memory at a time.
///
/// When it yields no more, [`end`](Self::end) tells whether that was everything; it is not tried again.
///
/// ```no_run
/// # async fn example() -> netlink::Result<()> {
/// let nl = netlink::tokio::Netlink::new();
/// let mut routes = nl.routes().iter(&Default::default());
/// while let Some(route) = routes.next().await {
///     println!("{:?}", route.destination());
/// }
/// routes.end().await?.into_count()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Iter<L: Listing>(pub(super) Calling<Reach<L>>);

impl<L: Listing> Iter<L> {
    /// The next object; `None` when there are no more. A future that is dropped loses none.
    // Not `async`, which would move the object once more.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator cannot wait; streams call it so"
    )]
    pub fn next(&mut self) -> impl Future<Output = Option<L::Item>> {
        poll_fn(|cx| self.poll_next(cx))
    }

    /// What a stream is made of: `futures::stream::poll_fn(move |cx| routes.poll_next(cx))`.
    #[inline]
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<L::Item>> {
        ready!(self.poll_reach(cx));
        Poll::Ready(self.take())
    }

    /// Ready when there is an object to take, or there will be none. A call, so that what hands the object on is short enough to
    /// be none.
    #[inline(never)]
    fn poll_reach(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // What goes wrong is how it ends.
        self.0.poll_more(cx).map(drop)
    }

    #[inline]
    fn take(&mut self) -> Option<L::Item> {
        self.0.get_mut().0.take()
    }

    /// How it ended. What was not taken yet is passed over.
    ///
    /// # Errors
    /// The dump could not start.
    pub async fn end(mut self) -> Result<Scanned> {
        while self.next().await.is_some() {}
        let Reach(stream) = self.0.into_inner();
        let end = stream.end();
        end.unwrap_or_else(|| Err(Error::invalid("a list", "it has no end")))
    }
}
