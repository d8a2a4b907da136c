//! What to hear of: [`Groups`].

use crate::generated::route::RouteMessage;
use crate::generated::route::group::RouteGroup;
use crate::transport::Options;

/// What a subscription hears of, and how.
///
/// ```
/// use netlink::event::Groups;
/// use netlink::generated::route::group::RouteGroup;
///
/// let groups = Groups::new().links().addrs().group(RouteGroup::TC.0).receive_buffer(1 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups(Options);

impl Default for Groups {
    fn default() -> Self {
        Self::new()
    }
}

impl Groups {
    /// Nothing yet, of `NETLINK_ROUTE`.
    pub fn new() -> Self {
        Self::of(RouteMessage::GET_LINK.protocol)
    }

    /// Nothing yet, of another protocol, whose messages all come as
    /// [`Event::Other`](super::Event::Other).
    pub fn of(protocol: u16) -> Self {
        Self(Options::new(protocol))
    }

    /// Interfaces.
    #[must_use]
    pub fn links(self) -> Self {
        self.all(&[RouteGroup::LINK])
    }

    /// Addresses of both families.
    #[must_use]
    pub fn addrs(self) -> Self {
        self.all(&[RouteGroup::IPV4_IFADDR, RouteGroup::IPV6_IFADDR])
    }

    /// Routes of IPv4, IPv6 and MPLS.
    #[must_use]
    pub fn routes(self) -> Self {
        self.all(&[
            RouteGroup::IPV4_ROUTE,
            RouteGroup::IPV6_ROUTE,
            RouteGroup::MPLS_ROUTE,
        ])
    }

    /// Rules of both families.
    #[must_use]
    pub fn rules(self) -> Self {
        self.all(&[RouteGroup::IPV4_RULE, RouteGroup::IPV6_RULE])
    }

    /// Neighbours and forwarding databases.
    #[must_use]
    pub fn neighs(self) -> Self {
        self.all(&[RouteGroup::NEIGH])
    }

    /// Ids of network namespaces.
    #[must_use]
    pub fn net_ns_ids(self) -> Self {
        self.all(&[RouteGroup::NSID])
    }

    /// The group of this number, from 1.
    #[must_use]
    pub fn group(mut self, number: u32) -> Self {
        if !self.0.groups.contains(&number) {
            self.0.groups.push(number);
        }
        self
    }

    /// Hears also of the other network namespaces that have an id in this one;
    /// [`Notice::nsid`](super::Notice::nsid) tells which. Needs `CAP_NET_BROADCAST`.
    #[must_use]
    pub fn all_namespaces(mut self) -> Self {
        self.0.all_namespaces = true;
        self
    }

    /// Room for notifications that were not read yet, in bytes as the kernel counts them (some 800 for
    /// a small one). Without `CAP_NET_ADMIN` the system caps it (`net.core.rmem_max`);
    /// [`Subscription::receive_buffer`](super::Subscription::receive_buffer) tells what came of it.
    #[must_use]
    pub fn receive_buffer(mut self, bytes: u32) -> Self {
        self.0.receive_buffer = Some(bytes);
        self
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0
    }

    fn all(self, groups: &[RouteGroup]) -> Self {
        groups.iter().fold(self, |all, group| all.group(group.0))
    }
}
