//! Addresses: [`Addresses`].

use std::net::IpAddr;

use super::{Mirrored, Table};
use crate::addr::{AddressFilter, AddressListing};
use crate::event::{Change, Event, Groups, Notice};
use crate::generated::route::addr::Address;

/// All addresses of interfaces.
///
/// Covered is everything but lifetimes and time stamps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Addresses(());

/// What tells one address from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct AddressKey {
    /// Index of the interface.
    pub index: u32,
    /// The address of the interface.
    pub address: Option<IpAddr>,
    /// Length of the prefix.
    pub prefix_len: u8,
    /// The other end of a point-to-point link, else the same address.
    pub peer: Option<IpAddr>,
}

impl Addresses {
    /// All addresses.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mirrored for Addresses {
    type Item = Address;
    type Key = AddressKey;
    type Listing = AddressListing;

    fn groups(&self) -> Groups {
        Groups::new().addrs()
    }

    fn parts(&self) -> Vec<AddressListing> {
        vec![AddressListing::new(AddressFilter::new())]
    }

    fn part(&self, _: &AddressKey) -> usize {
        0
    }

    fn settle(&self, mut item: Address) -> Option<(AddressKey, Address)> {
        item.cache_info = None;
        let key = AddressKey {
            index: item.index,
            address: item.local.or(item.address),
            prefix_len: item.prefix_len,
            peer: item.address,
        };
        Some((key, item))
    }

    fn apply(&mut self, notice: Notice, table: &mut Table<Self>) {
        let Event::Address(change, address) = notice.event else {
            return;
        };
        match (change, self.settle(*address)) {
            (Change::New, Some((key, address))) => table.put(key, address),
            (Change::Deleted, Some((key, _))) => {
                table.remove(&key);
            }
            (_, None) => {}
        }
    }
}
