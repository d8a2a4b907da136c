//! The objects of a mirror, and what became of them: [`Table`], [`Changed`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use super::Mirrored;
use crate::error::Result;
use crate::event::{Event, Notice};
use crate::list::{Dump, DumpState};

/// The objects of a [`Mirror`](super::Mirror), by key.
pub struct Table<M: Mirrored> {
    items: BTreeMap<M::Key, M::Item>,
    /// What the reader last knew of the keys that changed since.
    before: BTreeMap<M::Key, Option<M::Item>>,
    stale: Vec<bool>,
    undecodable: usize,
    lists: u64,
    overruns: u64,
}

/// How an object changed.
pub enum Changed<M: Mirrored> {
    /// It was not there before.
    Added {
        /// What it is known by.
        key: M::Key,
        /// What it is now.
        new: M::Item,
    },
    /// It is another.
    Replaced {
        /// What it is known by.
        key: M::Key,
        /// What it was.
        old: M::Item,
        /// What it is now.
        new: M::Item,
    },
    /// It is not there any more.
    Removed {
        /// What it was known by.
        key: M::Key,
        /// What it was.
        old: M::Item,
    },
}

impl<M: Mirrored> fmt::Debug for Table<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.items).finish()
    }
}

impl<M: Mirrored> fmt::Debug for Changed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { key, .. } => write!(f, "Added({key:?})"),
            Self::Replaced { key, .. } => write!(f, "Replaced({key:?})"),
            Self::Removed { key, .. } => write!(f, "Removed({key:?})"),
        }
    }
}

impl<M: Mirrored> Table<M> {
    pub(crate) fn new(parts: usize) -> Self {
        Self {
            items: BTreeMap::new(),
            before: BTreeMap::new(),
            stale: vec![true; parts],
            undecodable: 0,
            lists: 0,
            overruns: 0,
        }
    }

    /// The objects in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&M::Key, &M::Item)> {
        self.items.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The object of this key.
    pub fn get(&self, key: &M::Key) -> Option<&M::Item> {
        self.items.get(key)
    }

    /// Whether it says all that was known at the last update. If not, lists were interrupted so often
    /// that something may be missing; the next update goes on trying.
    pub fn is_current(&self) -> bool {
        !self.stale.contains(&true)
    }

    /// How many messages of the last lists could not be decoded; those objects are missing.
    pub fn undecodable(&self) -> usize {
        self.undecodable
    }

    /// How often something was listed, and how often notifications were lost.
    pub fn effort(&self) -> (u64, u64) {
        (self.lists, self.overruns)
    }

    /// Puts an object in the place of whatever has its key.
    pub fn put(&mut self, key: M::Key, item: M::Item) {
        let old = self.items.insert(key.clone(), item);
        self.before.entry(key).or_insert(old);
    }

    /// Takes an object away; false if there is none.
    pub fn remove(&mut self, key: &M::Key) -> bool {
        let Some(old) = self.items.remove(key) else {
            return false;
        };
        self.before.entry(key.clone()).or_insert(Some(old));
        true
    }

    /// Has a part listed again, since an event does not tell all.
    pub fn recheck(&mut self, part: usize) {
        if let Some(stale) = self.stale.get_mut(part) {
            *stale = true;
        }
    }

    /// Has everything listed again.
    pub fn recheck_all(&mut self) {
        self.stale.fill(true);
    }

    pub(crate) fn is_stale(&self, part: usize) -> bool {
        self.stale.get(part).is_some_and(|stale| *stale)
    }

    /// The keys from `first` on.
    pub(super) fn from<'t>(
        &'t self,
        first: &M::Key,
    ) -> impl Iterator<Item = (&'t M::Key, &'t M::Item)> {
        self.items.range(first.clone()..)
    }

    pub(crate) fn take_in(&mut self, notice: Notice, what: &mut M) {
        match notice.event {
            Event::Overrun => {
                self.overruns += 1;
                self.recheck_all();
            }
            Event::Undecodable(_) => self.recheck_all(),
            // Of another namespace.
            _ if notice.nsid.is_some() => {}
            _ => what.apply(notice, self),
        }
    }

    /// Makes a part say what a list says.
    pub(crate) fn replace(&mut self, part: usize, dump: Dump<M::Item>, what: &M) -> Result<()> {
        self.lists += 1;
        self.undecodable = dump.undecodable.len();
        let whole = match dump.state {
            DumpState::Complete | DumpState::Stopped => true,
            // What it shows is true, but something may be missing.
            DumpState::Interrupted { .. } => false,
            DumpState::Failed(error) => return Err(error),
        };
        let mut listed = BTreeMap::new();
        for (key, item) in dump.items.into_iter().filter_map(|item| what.settle(item)) {
            listed.insert(key, item);
        }
        if whole {
            let gone = self.items.keys().filter(|key| what.part(key) == part);
            let gone: Vec<_> = gone
                .filter(|key| !listed.contains_key(key))
                .cloned()
                .collect();
            for key in &gone {
                self.remove(key);
            }
            if let Some(stale) = self.stale.get_mut(part) {
                *stale = false;
            }
        }
        for (key, item) in listed {
            if self.items.get(&key) != Some(&item) {
                self.put(key, item);
            }
        }
        Ok(())
    }

    /// What changed since the last time.
    pub(crate) fn changes(&mut self) -> Vec<Changed<M>> {
        let mut changes = Vec::new();
        for (key, old) in std::mem::take(&mut self.before) {
            let new = match self.items.entry(key.clone()) {
                Entry::Occupied(entry) => Some(entry.get().clone()),
                Entry::Vacant(_) => None,
            };
            match (old, new) {
                (None, Some(new)) => changes.push(Changed::Added { key, new }),
                (Some(old), Some(new)) if old != new => {
                    changes.push(Changed::Replaced { key, old, new });
                }
                (Some(old), None) => changes.push(Changed::Removed { key, old }),
                // It changed back.
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        changes
    }
}
