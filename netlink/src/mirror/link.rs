//! Interfaces: [`Links`].

use super::{Mirrored, Table};
use crate::event::{Change, Event, Groups, Notice};
use crate::generated::core::AddressFamily;
use crate::generated::route::link::{ExtFilter, Link, LinkFlags, LinkInfo, LinkKind};
use crate::link::{LinkFilter, LinkListing};

/// All interfaces, by index.
///
/// Covered are name, alternative names, alias, type and flags, link-layer addresses, MTU, kind, master,
/// parent and its namespace, group, operational state, mode, queue discipline and queue lengths. Not
/// covered are counters, settings of kinds and families (some change without a word; an
/// [`Event::Link`] carries them), and the flags for promiscuous and all-multicast reception.
#[derive(Clone, Copy, Debug, Default)]
pub struct Links(());

impl Links {
    /// All interfaces.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mirrored for Links {
    type Item = Link;
    type Key = u32;
    type Listing = LinkListing;

    fn groups(&self) -> Groups {
        Groups::new().links()
    }

    fn parts(&self) -> Vec<LinkListing> {
        let filter = LinkFilter::new().details(ExtFilter::SKIP_STATS);
        vec![LinkListing::new(filter)]
    }

    fn part(&self, _: &u32) -> usize {
        0
    }

    fn settle(&self, item: Link) -> Option<(u32, Link)> {
        let mut flags = item.flags;
        flags.set(LinkFlags::PROMISC, false);
        flags.set(LinkFlags::ALLMULTI, false);
        let mut link = Link::default();
        link.index = item.index;
        link.hw_type = item.hw_type;
        link.flags = flags;
        link.name = item.name;
        link.prop_list = item.prop_list;
        link.alias = item.alias;
        link.address = item.address;
        link.broadcast = item.broadcast;
        link.perm_address = item.perm_address;
        link.mtu = item.mtu;
        link.min_mtu = item.min_mtu;
        link.max_mtu = item.max_mtu;
        link.link = item.link;
        link.link_netns_id = item.link_netns_id;
        link.master = item.master;
        link.group = item.group;
        link.oper_state = item.oper_state;
        link.link_mode = item.link_mode;
        link.qdisc = item.qdisc;
        link.txqlen = item.txqlen;
        link.carrier = item.carrier;
        // Of the kind, what cannot change: its name.
        let kind = item.link_info.and_then(|info| info.kind);
        if let Some(kind) = kind.as_ref().and_then(LinkKind::name) {
            let (kind, data) = (kind.into(), None);
            let kind = LinkKind::Other { kind, data };
            link.link_info = Some(Box::new(LinkInfo::default().kind(kind)));
        }
        Some((link.index, link))
    }

    fn apply(&mut self, notice: Notice, table: &mut Table<Self>) {
        let Event::Link(change, link) = notice.event else {
            return;
        };
        match (link.family, change) {
            (AddressFamily::UNSPEC, Change::Deleted) => {
                table.remove(&link.index);
            }
            // Drivers of wireless devices send messages that hold only what they have to say.
            (AddressFamily::UNSPEC, Change::New) if link.mtu.is_none() => {}
            (AddressFamily::UNSPEC, Change::New) => {
                if let Some((key, link)) = self.settle(*link) {
                    table.put(key, link);
                }
            }
            // A port joined a bridge, or left it.
            (AddressFamily::BRIDGE, change) => {
                let Some(known) = table.get(&link.index) else {
                    return;
                };
                let master = match change {
                    Change::New => link.master.or(known.master),
                    Change::Deleted => known.master.filter(|known| Some(*known) != link.master),
                };
                if master != known.master {
                    let mut known = known.clone();
                    known.master = master;
                    table.put(link.index, known);
                }
            }
            // What a family knows of an interface.
            _ => {}
        }
    }
}
