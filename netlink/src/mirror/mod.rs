//! What is, kept up to date: [`Mirror`], a table of the kernel's objects.
//!
//! ```no_run
//! use std::time::Duration;
//! use netlink::Netlink;
//! use netlink::mirror::{Changed, Links};
//!
//! let nl = Netlink::new();
//! let mut links = nl.mirror(Links::new())?;
//! loop {
//!     for changed in links.update(Duration::from_secs(60))? {
//!         match changed {
//!             Changed::Added { new, .. } => println!("{:?} is there", new.name),
//!             Changed::Removed { old, .. } => println!("{:?} is gone", old.name),
//!             Changed::Replaced { old, new, .. } => println!("{:?} is {:?} now", old.name, new.oper_state),
//!         }
//!     }
//! }
//! # Ok::<(), netlink::Error>(())
//! ```
//!
//! A mirror subscribes, lists, and then follows the events, so nothing falls into a gap. When
//! notifications were lost, or when something happened of which the kernel does not tell all, it lists
//! again what is concerned and reports the difference. In the end it says what a fresh list says, of
//! what it covers; each kind tells what that is. Counters, ages and lifetimes are never covered: they
//! move without a word.
//!
//! Another kind of object is mirrored by implementing [`Mirrored`].

mod addr;
mod link;
mod neigh;
mod route;
mod rule;
mod table;

use std::fmt;
use std::time::{Duration, Instant};

pub use addr::{AddressKey, Addresses};
pub use link::Links;
pub use neigh::{NeighbourKey, Neighbours};
pub use route::{RouteKey, Routes};
pub use rule::{RuleKey, Rules};
pub use table::{Changed, Table};

use crate::blocking::Netlink;
use crate::error::Result;
use crate::event::{Groups, Notice, Subscription};
use crate::exec::Lister;
use crate::list::Listing;

/// A kind of object that a [`Mirror`] can hold.
pub trait Mirrored: Send + 'static {
    /// The object.
    type Item: Clone + PartialEq + fmt::Debug + Send + 'static;
    /// What tells one object from another.
    type Key: Ord + Clone + fmt::Debug + Send + 'static;
    /// What shows them.
    type Listing: Listing<Item = Self::Item>;

    /// What to hear of.
    fn groups(&self) -> Groups;

    /// The lists that together show every object, each a part that can be listed again by itself.
    fn parts(&self) -> Vec<Self::Listing>;

    /// The part an object belongs to.
    fn part(&self, key: &Self::Key) -> usize;

    /// An object as the table keeps it, without what is not covered; `None` for one that is no part of
    /// the table.
    fn settle(&self, item: Self::Item) -> Option<(Self::Key, Self::Item)>;

    /// Does to the table what a notice says. Overruns, events of other namespaces and messages that do
    /// not decode never come here.
    fn apply(&mut self, notice: Notice, table: &mut Table<Self>)
    where
        Self: Sized;
}

/// Events that one update takes at most before it hands out what changed.
pub(crate) const AT_ONCE: usize = 4096;

/// A table of the kernel's objects that follows what happens.
///
/// It is up to date as of the last [`update`](Self::update).
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
    pub fn mirror<M: Mirrored>(&self, what: M) -> Result<Mirror<M>> {
        self.mirror_with(what, |groups| groups)
    }

    /// The same, with something to say about the subscription, such as its
    /// [`receive_buffer`](Groups::receive_buffer).
    ///
    /// # Errors
    /// As [`mirror`](Self::mirror).
    pub fn mirror_with<M: Mirrored>(
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
        mirror.look_again()?;
        mirror.table.changes();
        Ok(mirror)
    }
}

impl<M: Mirrored> Mirror<M> {
    /// The objects.
    pub fn table(&self) -> &Table<M> {
        &self.table
    }

    /// Waits until something changed, at most so long, and tells what. All that is known to have
    /// happened is taken in; what changed and changed back is not reported.
    ///
    /// # Errors
    /// The socket failed, or a list; the next update tries again.
    pub fn update(&mut self, time: Duration) -> Result<Vec<Changed<M>>> {
        let until = Instant::now().checked_add(time);
        loop {
            let busy = self.take_in()?;
            self.look_again()?;
            let changes = self.table.changes();
            if busy || !changes.is_empty() {
                return Ok(changes);
            }
            // Lists that were interrupted again and again are worth another try at once.
            if !self.table.is_current() && until.is_none_or(|until| Instant::now() < until) {
                continue;
            }
            match self.events.wait_until(until)? {
                Some(notice) => self.table.take_in(notice, &mut self.what),
                None => return Ok(changes),
            }
        }
    }

    /// The socket that becomes readable when there is something for [`update`](Self::update), for event
    /// loops.
    pub fn events(&self) -> &Subscription {
        &self.events
    }

    /// Takes in what is there; true if there may be more.
    fn take_in(&mut self) -> Result<bool> {
        for _ in 0..AT_ONCE {
            match self.events.try_next()? {
                Some(notice) => self.table.take_in(notice, &mut self.what),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Lists what is not known for sure.
    fn look_again(&mut self) -> Result<()> {
        for (part, listing) in self.what.parts().into_iter().enumerate() {
            if self.table.is_stale(part) {
                let dump = self.nl.list(listing)?;
                self.table.replace(part, dump, &self.what)?;
            }
        }
        Ok(())
    }
}
