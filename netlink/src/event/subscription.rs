//! The blocking side: [`Subscription`].

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use super::{Groups, Notice, Reader};
use crate::blocking::{self, Netlink};
use crate::error::Result;

/// Hears of what happens; an iterator that waits, and never ends by itself.
///
/// It has a socket of its own, which hears from the moment it is made. For an event loop,
/// [`fd`](Self::fd) becomes readable when [`try_next`](Self::try_next) has something.
#[derive(Debug)]
pub struct Subscription {
    reader: Reader,
}

impl Netlink {
    /// Hears of what happens to the network from now on.
    ///
    /// Equivalent to `ip monitor`. Needs no privilege for the groups of `NETLINK_ROUTE`.
    ///
    /// # Errors
    /// - `EPERM`: another protocol, or all namespaces, without privilege.
    /// - `EINVAL`: there is no such group.
    pub fn subscribe(&self, groups: &Groups) -> Result<Subscription> {
        let transport = self.core().open(groups.options())?;
        Ok(Subscription {
            reader: Reader::new(transport, groups),
        })
    }
}

impl Subscription {
    /// The next notice, if one is there already.
    ///
    /// # Errors
    /// The socket failed; lost notifications are an event, not an error.
    pub fn try_next(&mut self) -> Result<Option<Notice>> {
        self.reader.next()
    }

    /// The next notice, if one comes in time.
    ///
    /// # Errors
    /// As [`try_next`](Self::try_next).
    pub fn next_within(&mut self, time: Duration) -> Result<Option<Notice>> {
        self.wait_until(Instant::now().checked_add(time))
    }

    pub(crate) fn wait_until(&mut self, until: Option<Instant>) -> Result<Option<Notice>> {
        loop {
            if let Some(notice) = self.reader.next()? {
                return Ok(Some(notice));
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return Ok(None);
            }
            blocking::wait(self.reader.fd(), until)?;
        }
    }

    /// What to wait for; `None` for a transport without a descriptor.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.reader.fd()
    }

    /// The room for notifications that were not read yet, in bytes as the kernel counts them.
    pub fn receive_buffer(&self) -> usize {
        self.reader.receive_buffer()
    }
}

impl Iterator for Subscription {
    type Item = Result<Notice>;

    fn next(&mut self) -> Option<Result<Notice>> {
        self.wait_until(None).transpose()
    }
}
