//! Neighbours: [`Neighbours`].

use std::net::IpAddr;

use super::{Mirrored, Table};
use crate::event::{Change, Event, Groups, Notice};
use crate::generated::core::AddressFamily;
use crate::generated::route::neigh::{NeighFlags, NeighState, Neighbour};
use crate::neigh::{NeighbourFilter, NeighbourListing};

/// All neighbours of IPv4 and IPv6.
///
/// Covered are link-layer address, state, flags and protocol; not ages, probes and counters. Entries
/// that need no resolution (`NUD_NOARP`) or were not resolved yet (`NUD_NONE`) are left out: of them
/// the kernel does not tell. Proxy entries and forwarding databases are other tables.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours(());

/// What tells one neighbour from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct NeighbourKey {
    /// Index of the interface.
    pub index: u32,
    /// Its address.
    pub address: IpAddr,
}

impl Neighbours {
    /// All neighbours.
    pub fn new() -> Self {
        Self::default()
    }

    fn key(item: &Neighbour) -> Option<NeighbourKey> {
        let ours = matches!(item.family, AddressFamily::INET | AddressFamily::INET6)
            && !item.flags.contains(NeighFlags::PROXY);
        let address = item.dst.filter(|_| ours)?;
        Some(NeighbourKey {
            index: item.index,
            address,
        })
    }
}

impl Mirrored for Neighbours {
    type Item = Neighbour;
    type Key = NeighbourKey;
    type Listing = NeighbourListing;

    fn groups(&self) -> Groups {
        Groups::new().neighs()
    }

    fn parts(&self) -> Vec<NeighbourListing> {
        vec![NeighbourListing::new(NeighbourFilter::new())]
    }

    fn part(&self, _: &NeighbourKey) -> usize {
        0
    }

    fn settle(&self, mut item: Neighbour) -> Option<(NeighbourKey, Neighbour)> {
        let key = Self::key(&item)?;
        if item.state.is_empty() || item.state.contains(NeighState::NOARP) {
            return None;
        }
        item.cache_info = None;
        item.probes = None;
        Some((key, item))
    }

    fn apply(&mut self, notice: Notice, table: &mut Table<Self>) {
        let Event::Neighbour(change, neighbour) = notice.event else {
            return;
        };
        let Some(key) = Self::key(&neighbour) else {
            return;
        };
        match (change, self.settle(*neighbour)) {
            (Change::New, Some((key, neighbour))) => table.put(key, neighbour),
            // It is gone, or has become one that is left out.
            (Change::New, None) | (Change::Deleted, _) => {
                table.remove(&key);
            }
        }
    }
}
