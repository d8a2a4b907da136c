//! Constructors and questions of [`Neighbour`] that the spec cannot know.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::addr::family_of;
use crate::generated::core::AddressFamily;
use crate::generated::route::neigh::{NeighFlags, NeighState, Neighbour};
use crate::wire::HwAddr;

impl Neighbour {
    /// An entry that is never resolved nor collected: `address` is at `lladdr`, on the interface
    /// with index `index`.
    pub fn permanent(index: u32, address: IpAddr, lladdr: impl Into<HwAddr>) -> Self {
        Self::of(index, address)
            .state(NeighState::PERMANENT)
            .lladdr(lladdr)
    }

    /// An entry known by interface and address only: what [`get`](crate::Neighs::get) and
    /// [`delete`](crate::Neighs::delete) need.
    pub fn of(index: u32, address: IpAddr) -> Self {
        Self::default()
            .family(family_of(address))
            .index(index)
            .dst(address)
    }

    /// A proxy entry: the host answers for `address` on the interface with index `index`.
    pub fn proxy(index: u32, address: IpAddr) -> Self {
        Self::of(index, address).flags(NeighFlags::PROXY)
    }

    /// An entry of the forwarding database of the bridge above the port with index `index`. It does
    /// not age.
    pub fn fdb(index: u32, lladdr: impl Into<HwAddr>) -> Self {
        Self::default()
            .family(AddressFamily::BRIDGE)
            .index(index)
            .flags(NeighFlags::MASTER)
            .state(NeighState::NOARP)
            .lladdr(lladdr)
    }

    /// An entry of the forwarding database of a VXLAN interface: what is for `lladdr` goes to the
    /// tunnel end `remote`.
    pub fn vxlan_fdb(index: u32, lladdr: impl Into<HwAddr>, remote: IpAddr) -> Self {
        Self::fdb(index, lladdr)
            .flags(NeighFlags::OWN)
            .state(NeighState::NOARP | NeighState::PERMANENT)
            .dst(remote)
    }

    /// Whether it is a proxy entry.
    pub fn is_proxy(&self) -> bool {
        self.flags.contains(NeighFlags::PROXY)
    }

    /// Whether it is an entry of a forwarding database.
    pub fn is_fdb(&self) -> bool {
        self.family == AddressFamily::BRIDGE
    }

    /// Whether the link-layer address can be used: known, and not found wrong.
    pub fn is_valid(&self) -> bool {
        let valid = NeighState::PERMANENT
            | NeighState::NOARP
            | NeighState::REACHABLE
            | NeighState::PROBE
            | NeighState::STALE
            | NeighState::DELAY;
        self.state.intersects(valid)
    }

    /// The request for this entry: the family is filled in where only the address tells it.
    pub(super) fn complete(&self) -> Cow<'_, Self> {
        match self.dst {
            Some(address) if self.family == AddressFamily::UNSPEC => {
                Cow::Owned(self.clone().family(family_of(address)))
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// The part of an entry that a look-up may hold.
    pub(super) fn question(&self) -> Self {
        let mut question = Self::default().family(self.family).index(self.index);
        question.flags = self.flags & NeighFlags::PROXY;
        if self.is_fdb() {
            // A forwarding database is searched by link-layer address, in the tables the flags name.
            question.flags = self.flags & (NeighFlags::MASTER | NeighFlags::OWN);
            question.lladdr = self.lladdr.clone();
            question.vlan = self.vlan;
            question.master = self.master;
        } else {
            question.dst = self.dst;
        }
        question
    }
}
