//! Events as they come: [`Subscription`].

use std::future::poll_fn;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, ready};

use ::tokio::io::unix::AsyncFd;

use super::Netlink;
use crate::error::{Error, Result};
use crate::event::{Groups, Notice, Reader};

/// Hears of what happens; the asynchronous [`event::Subscription`](crate::event::Subscription).
///
/// ```no_run
/// use netlink::event::{Event, Groups};
///
/// # async fn example() -> netlink::Result<()> {
/// let nl = netlink::tokio::Netlink::new();
/// let mut events = nl.subscribe(&Groups::new().links())?;
/// while let Event::Link(change, link) = events.next().await?.event {
///     println!("{change:?}: {}", link.index);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Subscription {
    watch: Option<AsyncFd<OwnedFd>>,
    reader: Reader,
}

impl Netlink {
    /// Hears of what happens to the network from now on. Must be called within a runtime.
    ///
    /// Equivalent to `ip monitor`. Needs no privilege for the groups of `NETLINK_ROUTE`.
    ///
    /// # Errors
    /// As [`Netlink::subscribe`](crate::Netlink::subscribe) of the blocking handle.
    pub fn subscribe(&self, groups: &Groups) -> Result<Subscription> {
        let reader = Reader::new(self.core.open(groups.options())?, groups);
        let watch = reader.fd().map(super::watch).transpose()?;
        Ok(Subscription { watch, reader })
    }
}

impl Subscription {
    /// The next notice. A future that is dropped loses none.
    ///
    /// # Errors
    /// The socket failed; lost notifications are an event, not an error.
    pub async fn next(&mut self) -> Result<Notice> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next notice, if one is there already.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn try_next(&mut self) -> Result<Option<Notice>> {
        self.reader.next()
    }

    /// What a stream is made of: `futures::stream::poll_fn(move |cx| events.poll_next(cx).map(Some))`.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Notice>> {
        loop {
            if let Some(notice) = self.reader.next()? {
                return Poll::Ready(Ok(notice));
            }
            let Some(watch) = &self.watch else {
                // A transport without a descriptor: there may be something the next time.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            };
            let ready = ready!(watch.poll_read_ready(cx));
            // Whatever comes from here on makes it ready anew.
            ready
                .map_err(|error| Error::io("cannot wait for notifications", error))?
                .clear_ready();
        }
    }

    /// The room for notifications that were not read yet, in bytes as the kernel counts them.
    pub fn receive_buffer(&self) -> usize {
        self.reader.receive_buffer()
    }
}
