//! Which table of neighbours a list shows, and which entries: [`NeighbourFilter`].

use crate::conn::Request;
use crate::error::Result;
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::link::LinkQuery;
use crate::generated::route::neigh::{NeighFlags, NeighState, Neighbour, NeighbourView};
use crate::list::Listing;
use crate::wire::DecodeError;

/// Which entries to show; the default is all neighbours, without proxy entries and forwarding
/// databases, which are tables of their own.
///
/// ```
/// use netlink::neigh::NeighbourFilter;
///
/// let of_port = NeighbourFilter::fdb().link(3);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NeighbourFilter {
    family: AddressFamily,
    proxy: bool,
    link: Option<u32>,
    master: Option<u32>,
    states: Option<NeighState>,
}

impl NeighbourFilter {
    /// All neighbours.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forwarding databases of bridges, VXLAN and other devices that have one; `bridge fdb`.
    pub fn fdb() -> Self {
        Self {
            family: AddressFamily::BRIDGE,
            ..Self::default()
        }
    }

    /// Proxy entries; `ip neighbour show proxy`.
    pub fn proxy() -> Self {
        Self {
            proxy: true,
            ..Self::default()
        }
    }

    /// Those of this family.
    #[must_use]
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.family = family;
        self
    }

    /// Those of the interface with this index; of a forwarding database, those of the port.
    #[must_use]
    pub fn link(mut self, index: u32) -> Self {
        self.link = Some(index);
        self
    }

    /// Those of interfaces under the master with this index; of a forwarding database, those of the
    /// bridge.
    #[must_use]
    pub fn master(mut self, index: u32) -> Self {
        self.master = Some(index);
        self
    }

    /// Those in one of these states.
    #[must_use]
    pub fn states(mut self, states: NeighState) -> Self {
        self.states = Some(states);
        self
    }
}

/// The request and the filter behind [`Neighs::list`](super::Neighs::list).
#[derive(Clone, Debug)]
pub struct NeighbourListing(NeighbourFilter);

impl NeighbourListing {
    /// The listing of what the filter shows.
    pub fn new(filter: NeighbourFilter) -> Self {
        Self(filter)
    }
}

impl Listing for NeighbourListing {
    type Item = Neighbour;

    fn request(&self, buf: &mut Vec<u8>, strict: bool) -> Result<Request> {
        let Self(filter) = self;
        let (message, flags) = (RouteMessage::GET_NEIGH, MsgFlags::DUMP);
        let fdb = filter.family == AddressFamily::BRIDGE;
        if fdb && !strict {
            // Before strict checks, dumps of forwarding databases took the header of link messages,
            // and kernels with the checks take it still unless they are asked for.
            let mut link = LinkQuery::default()
                .family(filter.family)
                .index(filter.link.unwrap_or_default());
            link.master = filter.master;
            return Request::encode(buf, message, flags, &link);
        }
        let mut entry = Neighbour::default().family(filter.family);
        if filter.proxy {
            entry.flags = NeighFlags::PROXY;
        } else if fdb {
            // The bridge goes by the header, and by the attribute for its own entries.
            entry.index = filter.link.unwrap_or_default();
            entry.master = filter.master;
        } else {
            entry.via_ifindex = filter.link;
            entry.master = filter.master;
        }
        Request::encode(buf, message, flags, &entry)
    }

    fn keeps(&self, view: &NeighbourView<'_>) -> Result<bool, DecodeError> {
        let Self(filter) = self;
        let family = filter.family == AddressFamily::UNSPEC || filter.family == view.family();
        // The master of a neighbour's interface is no part of the neighbour, so of this only the
        // kernel knows; in a forwarding database the entry says it.
        let fdb = filter.family == AddressFamily::BRIDGE;
        let master = !fdb
            || filter.master.is_none()
            || view.master()? == filter.master
            || Some(view.index()) == filter.master;
        Ok(family
            && master
            && filter.proxy == view.flags().contains(NeighFlags::PROXY)
            && filter.link.is_none_or(|index| index == view.index())
            && filter
                .states
                .is_none_or(|states| states.intersects(view.state())))
    }
}
