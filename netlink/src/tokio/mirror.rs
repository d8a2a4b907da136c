//! What is, kept up to date: [`Mirror`].

use super::{Netlink, Subscription};
use crate::error::Result;
use crate::event::Groups;
use crate::exec::Lister;
use crate::mirror::{AT_ONCE, Changed, Mirrored, Table};

/// A table of the kernel's objects that follows what happens; the asynchronous
/// [`mirror::Mirror`](crate::mirror::Mirror).
#[derive(Debug)]
pub struct Mirror<M: Mirrored> {
    nl: Netlink,
    events: Subscription,
    what: M,
    table: Table<M>,
}

impl Netlink {
    /// A table that follows what happens, filled already.
    ///
    /// # Errors
    /// Those of [`subscribe`](Self::subscribe) and of the list.
    pub async fn mirror<M: Mirrored>(&self, what: M) -> Result<Mirror<M>> {
        self.mirror_with(what, |groups| groups).await
    }

    /// The same, with something to say about the subscription, such as its
    /// [`receive_buffer`](Groups::receive_buffer).
    ///
    /// # Errors
    /// As [`mirror`](Self::mirror).
    pub async fn mirror_with<M: Mirrored>(
        &self,
        what: M,
        tune: impl FnOnce(Groups) -> Groups,
    ) -> Result<Mirror<M>> {
        let events = self.subscribe(&tune(what.groups()))?;
        let table = Table::new(what.parts().len());
        let mut mirror = Mirror {
            nl: self.clone(),
            events,
            what,
            table,
        };
        mirror.look_again().await?;
        mirror.table.changes();
        Ok(mirror)
    }
}

impl<M: Mirrored> Mirror<M> {
    /// The objects.
    pub fn table(&self) -> &Table<M> {
        &self.table
    }

    /// Waits until something changed and tells what. All that is known to have happened is taken in;
    /// what changed and changed back is not reported. A future that is dropped loses nothing.
    ///
    /// # Errors
    /// The socket failed, or a list; the next update tries again.
    pub async fn update(&mut self) -> Result<Vec<Changed<M>>> {
        loop {
            let busy = self.take_in()?;
            self.look_again().await?;
            let changes = self.table.changes();
            if busy || !changes.is_empty() {
                return Ok(changes);
            }
            // Lists that were interrupted again and again are worth another try at once.
            if self.table.is_current() {
                let notice = self.events.next().await?;
                self.table.take_in(notice, &mut self.what);
            }
        }
    }

    fn take_in(&mut self) -> Result<bool> {
        for _ in 0..AT_ONCE {
            match self.events.try_next()? {
                Some(notice) => self.table.take_in(notice, &mut self.what),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    async fn look_again(&mut self) -> Result<()> {
        for (part, listing) in self.what.parts().into_iter().enumerate() {
            if self.table.is_stale(part) {
                let dump = self.nl.list(listing).await?;
                self.table.replace(part, dump, &self.what)?;
            }
        }
        Ok(())
    }
}
