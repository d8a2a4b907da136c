//! Routes: [`Routes`].

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::{Mirrored, Table};
use crate::event::{Change, Event, Groups, Notice};
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::group::RouteGroup;
use crate::generated::route::link::LinkFlags;
use crate::generated::route::route::{NextHopFlags, Route, RouteFlags, RouteTable};
use crate::route::{RouteFilter, RouteListing};
use crate::wire::{Direction, Encoder, Value};

/// All routes of IPv4 and IPv6, in all tables.
///
/// Covered is everything but lifetimes and what the state of interfaces makes of a route (dead, link
/// down, offloaded). Copies that the kernel makes for single destinations are left out.
///
/// IPv4 routes vanish without a notification when their interface goes down, when the address goes
/// that they prefer as source, or when their next hop object is deleted. So the mirror hears of those
/// as well, and lists the routes of a family again then; and also when routes to one destination
/// replace or join each other in a way that a notification does not tell in full.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Interfaces, and whether they were up when last heard of.
    up: BTreeMap<u32, bool>,
}

/// What tells one route from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteKey {
    family: AddressFamily,
    table: RouteTable,
    destination: Option<IpNet>,
    tos: u8,
    priority: u32,
    /// Where it leads, encoded; several routes may have all else in common.
    way: Vec<u8>,
}

impl RouteKey {
    /// Where it leads to.
    pub fn destination(&self) -> Option<IpNet> {
        self.destination
    }

    /// The table it is in.
    pub fn table(&self) -> RouteTable {
        self.table
    }

    /// Whether the kernel chooses between the two by the order in which they were made.
    fn rivals(&self, other: &Self) -> bool {
        let Self { way: _, .. } = other;
        (self.family, self.table, self.destination)
            == (other.family, other.table, other.destination)
            && (self.tos, self.priority) == (other.tos, other.priority)
    }

    /// The first key a rival could have.
    fn first_rival(&self) -> Self {
        Self {
            way: Vec::new(),
            ..self.clone()
        }
    }
}

impl Routes {
    /// All routes.
    pub fn new() -> Self {
        Self::default()
    }

    fn route(&self, flags: MsgFlags, change: Change, route: Route, table: &mut Table<Self>) {
        let Some((key, route)) = self.settle(route) else {
            return;
        };
        let first = key.first_rival();
        let rivals = table
            .from(&first)
            .take_while(|(other, _)| key.rivals(other));
        let rivals: Vec<RouteKey> = rivals.map(|(other, _)| other.clone()).collect();
        let known = rivals.contains(&key);
        match change {
            Change::Deleted if known => {
                table.remove(&key);
            }
            // Part of a route with several next hops, or something else than is known.
            Change::Deleted if !rivals.is_empty() => table.recheck(self.part(&key)),
            Change::Deleted => {}
            Change::New if rivals.is_empty() || known => table.put(key, route),
            Change::New if flags.contains(MsgFlags::REPLACE) => match rivals.as_slice() {
                [only] => {
                    table.remove(only);
                    table.put(key, route);
                }
                _ => table.recheck(self.part(&key)),
            },
            // IPv6 makes one route with several next hops of such.
            Change::New if key.family == AddressFamily::INET6 => table.recheck(self.part(&key)),
            Change::New => table.put(key, route),
        }
    }
}

/// The families, each a part of the table.
const FAMILIES: [AddressFamily; 2] = [AddressFamily::INET, AddressFamily::INET6];
const IPV4: usize = 0;

/// Flags that come and go with the state of an interface.
const PASSING: NextHopFlags = NextHopFlags::DEAD
    .union(NextHopFlags::LINKDOWN)
    .union(NextHopFlags::OFFLOAD)
    .union(NextHopFlags::TRAP)
    .union(NextHopFlags::UNRESOLVED);

/// The same in the header of a route.
const PASSING_IN_HEADER: RouteFlags = RouteFlags::DEAD
    .union(RouteFlags::LINKDOWN)
    .union(RouteFlags::NH_OFFLOAD)
    .union(RouteFlags::OFFLOAD)
    .union(RouteFlags::TRAP)
    .union(RouteFlags::OFFLOAD_FAILED);

impl Mirrored for Routes {
    type Item = Route;
    type Key = RouteKey;
    type Listing = RouteListing;

    fn groups(&self) -> Groups {
        Groups::new()
            .group(RouteGroup::IPV4_ROUTE.0)
            .group(RouteGroup::IPV6_ROUTE.0)
            .links()
            .group(RouteGroup::IPV4_IFADDR.0)
            .group(RouteGroup::NEXTHOP.0)
    }

    fn parts(&self) -> Vec<RouteListing> {
        let of = |family| RouteListing::new(RouteFilter::new().family(family));
        FAMILIES.map(of).into()
    }

    fn part(&self, key: &RouteKey) -> usize {
        usize::from(key.family == AddressFamily::INET6)
    }

    fn settle(&self, mut item: Route) -> Option<(RouteKey, Route)> {
        if !FAMILIES.contains(&item.family) || item.flags.contains(RouteFlags::CLONED) {
            return None;
        }
        item.cache_info = None;
        item.expires = None;
        item.flags = RouteFlags::from_bits_retain(item.flags.bits() & !PASSING_IN_HEADER.bits());
        for hop in item.multipath.iter_mut().flatten() {
            hop.flags = NextHopFlags::from_bits_retain(hop.flags.bits() & !PASSING.bits());
        }
        let mut way = Route::default();
        way.src_len = item.src_len;
        way.src = item.src.clone();
        way.kind = item.kind;
        way.scope = item.scope;
        way.protocol = item.protocol;
        way.oif = item.oif;
        way.gateway = item.gateway;
        way.via = item.via.clone();
        way.prefsrc = item.prefsrc;
        way.nh_id = item.nh_id;
        way.multipath = item.multipath.clone();
        way.encap = item.encap.clone();
        way.metrics = item.metrics.clone();
        let mut bytes = Vec::new();
        // What came from the kernel can be written back.
        way.encode(&mut Encoder::lossless(&mut bytes, Direction::FromKernel))
            .ok()?;
        let key = RouteKey {
            family: item.family,
            table: item.table_id(),
            destination: item.destination(),
            tos: item.tos,
            priority: item.priority.unwrap_or_default(),
            way: bytes,
        };
        Some((key, item))
    }

    fn apply(&mut self, notice: Notice, table: &mut Table<Self>) {
        match notice.event {
            Event::Route(change, route) => self.route(notice.flags, change, *route, table),
            Event::Link(change, link) if link.family == AddressFamily::UNSPEC => {
                let up = change == Change::New && link.flags.contains(LinkFlags::UP);
                let was_up = match change {
                    Change::New => self.up.insert(link.index, up),
                    Change::Deleted => self.up.remove(&link.index),
                };
                // One not heard of before was there from the start, in whatever state.
                if !up && was_up.unwrap_or(true) {
                    table.recheck_all();
                }
            }
            Event::Address(Change::Deleted, _) => table.recheck(IPV4),
            Event::Other { kind, .. } if kind == RouteMessage::DEL_NEXT_HOP.id => {
                table.recheck_all();
            }
            _ => {}
        }
    }
}
