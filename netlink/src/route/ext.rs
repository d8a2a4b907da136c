//! Constructors and questions of [`Route`] that the spec cannot know.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::addr::family_of;
use crate::generated::core::AddressFamily;
use crate::generated::route::route::{
    NextHop, Route, RouteAddr, RouteFlags, RouteKind, RouteProtocol, RouteScope, RouteTable,
    RouteVia, RouteView, ViaAddr,
};
use crate::op::Body;
use crate::wire::{DecodeError, HwAddr};

impl RouteAddr {
    /// The IP address, if it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Inet(address) | Self::Ipmr(address) => Some((*address).into()),
            Self::Inet6(address) | Self::Ip6mr(address) => Some((*address).into()),
            _ => None,
        }
    }
}

impl From<IpAddr> for RouteAddr {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::Inet(address),
            IpAddr::V6(address) => Self::Inet6(address),
        }
    }
}

impl From<Ipv4Addr> for RouteAddr {
    fn from(address: Ipv4Addr) -> Self {
        Self::Inet(address)
    }
}

impl From<Ipv6Addr> for RouteAddr {
    fn from(address: Ipv6Addr) -> Self {
        Self::Inet6(address)
    }
}

impl Route {
    /// A unicast route to `destination`, in the main table, as an administrator would add it. It
    /// still needs a way: [`through`](Self::through), [`dev`](Self::dev) or next hops.
    ///
    /// ```
    /// use netlink::generated::route::route::Route;
    ///
    /// let route = Route::to("198.51.100.0/24".parse().unwrap()).through("192.0.2.1".parse().unwrap());
    /// assert_eq!(route.destination().unwrap().to_string(), "198.51.100.0/24");
    /// ```
    pub fn to(destination: IpNet) -> Self {
        Self::like(destination)
            .protocol(RouteProtocol::BOOT)
            .kind(RouteKind::UNICAST)
            .scope(RouteScope::UNIVERSE)
    }

    /// The default route of a family (`AF_INET` or `AF_INET6`).
    pub fn default_of(family: AddressFamily) -> Self {
        let any: IpAddr = match family {
            AddressFamily::INET6 => Ipv6Addr::UNSPECIFIED.into(),
            _ => Ipv4Addr::UNSPECIFIED.into(),
        };
        let mut route = Self::to(IpNet::from(any)).dst_len(0);
        route.dst = None;
        route
    }

    /// A pattern for [`delete`](crate::Routes::delete): any route to `destination` in the main
    /// table, whatever its type, scope and protocol.
    pub fn like(destination: IpNet) -> Self {
        let net = destination.trunc();
        let mut route = Self::default()
            .family(family_of(net.addr()))
            .dst_len(net.prefix_len())
            .table8(RouteTable::MAIN)
            // To the kernel this scope means "any" when it deletes.
            .scope(RouteScope::NOWHERE);
        // Without a prefix there is no destination attribute.
        if net.prefix_len() > 0 {
            route.dst = Some(net.addr().into());
        }
        route
    }

    /// The same route, through a gateway; one of the other family becomes a `via`.
    #[must_use]
    pub fn through(mut self, gateway: IpAddr) -> Self {
        if family_of(gateway) == self.family {
            (self.gateway, self.via) = (Some(gateway), None);
        } else {
            let addr = match gateway {
                IpAddr::V4(address) => ViaAddr::Inet(address),
                IpAddr::V6(address) => ViaAddr::Inet6(address),
            };
            let via = RouteVia {
                family: family_of(gateway),
                addr: Some(addr),
            };
            (self.gateway, self.via) = (None, Some(via));
        }
        // A gateway is reached over a link, so what lies behind it is farther than that.
        if self.scope == RouteScope::LINK {
            self.scope = RouteScope::UNIVERSE;
        }
        self
    }

    /// The same route, through the interface with this index. An IPv4 route without a gateway gets
    /// the scope of the link: only such routes can lead to gateways.
    #[must_use]
    pub fn dev(mut self, index: u32) -> Self {
        self.oif = Some(index);
        let direct = self.gateway.is_none() && self.via.is_none();
        if direct && self.family == AddressFamily::INET && self.scope == RouteScope::UNIVERSE {
            self.scope = RouteScope::LINK;
        }
        self
    }

    /// The same route, in another table. The header has room for small numbers only, and says so of
    /// others.
    #[must_use]
    pub fn in_table(mut self, table: RouteTable) -> Self {
        self.table8 = header_table(table);
        self.table = Some(table);
        self
    }

    /// Where it leads; none for families other than IP.
    pub fn destination(&self) -> Option<IpNet> {
        let address = match (&self.dst, self.family) {
            (Some(address), _) => address.ip()?,
            // A default route has no destination attribute.
            (None, AddressFamily::INET) => Ipv4Addr::UNSPECIFIED.into(),
            (None, AddressFamily::INET6) => Ipv6Addr::UNSPECIFIED.into(),
            (None, _) => return None,
        };
        IpNet::new(address, self.dst_len).ok()
    }

    /// The table it is in.
    pub fn table_id(&self) -> RouteTable {
        self.table.unwrap_or(self.table8)
    }

    /// The gateway, of whichever family.
    pub fn next_hop_ip(&self) -> Option<IpAddr> {
        self.gateway
            .or_else(|| self.via.as_ref().and_then(RouteVia::ip))
    }

    /// Whether it is a default route.
    pub fn is_default(&self) -> bool {
        self.dst_len == 0 && self.dst.is_none()
    }

    /// Whether it is a copy the kernel made for one destination, and no entry of a table.
    pub fn is_cloned(&self) -> bool {
        self.flags.contains(RouteFlags::CLONED)
    }

    /// The request for this route: the family is filled in where only an address tells it.
    #[inline]
    pub(super) fn complete(&self) -> Body<'_, Self> {
        match self.family {
            AddressFamily::UNSPEC => self.with_family(),
            _ => Body::Lent(self),
        }
    }

    #[cold]
    fn with_family(&self) -> Body<'_, Self> {
        let address = self.dst.as_ref().and_then(RouteAddr::ip).or(self.gateway);
        match address {
            Some(address) => Body::Own(Box::new(self.clone().family(family_of(address)))),
            None => Body::Lent(self),
        }
    }
}

impl RouteVia {
    /// The gateway, if it is an IP address.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.addr.as_ref()? {
            ViaAddr::Inet(address) => Some((*address).into()),
            ViaAddr::Inet6(address) => Some((*address).into()),
            _ => None,
        }
    }

    /// A link-layer address as gateway, as MPLS has it.
    pub fn link_layer(address: impl Into<HwAddr>) -> Self {
        Self {
            family: AddressFamily::PACKET,
            addr: Some(ViaAddr::Packet(address.into())),
        }
    }
}

impl NextHop {
    /// A next hop through the interface with this index.
    pub fn dev(index: u32) -> Self {
        Self::default().index(index)
    }

    /// A next hop through a gateway of the route's own family.
    pub fn through(gateway: IpAddr) -> Self {
        Self::default().gateway(gateway)
    }

    /// The share of traffic, 1 to 256; the wire has one less.
    #[must_use]
    pub fn weight(self, weight: u16) -> Self {
        let hops = weight.clamp(1, 256) - 1;
        self.hops(u8::try_from(hops).unwrap_or(u8::MAX))
    }
}

/// The table number as the header holds it.
pub(crate) fn header_table(table: RouteTable) -> RouteTable {
    if table.0 <= u32::from(u8::MAX) {
        table
    } else {
        RouteTable::COMPAT
    }
}

/// The table a route is in.
pub(super) fn table_of(view: &RouteView<'_>) -> Result<RouteTable, DecodeError> {
    Ok(view.table()?.unwrap_or_else(|| view.table8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_follow_the_way() {
        let net: IpNet = "198.51.100.7/24".parse().unwrap();
        let direct = Route::to(net).dev(3);
        assert_eq!(direct.scope, RouteScope::LINK);
        assert_eq!(direct.destination().unwrap().to_string(), "198.51.100.0/24");
        let gateway = "192.0.2.1".parse().unwrap();
        assert_eq!(
            Route::to(net).dev(3).through(gateway).scope,
            RouteScope::UNIVERSE
        );
        assert_eq!(
            Route::to(net).through(gateway).dev(3).scope,
            RouteScope::UNIVERSE
        );
        let v6: IpNet = "2001:db8::/32".parse().unwrap();
        assert_eq!(Route::to(v6).dev(3).scope, RouteScope::UNIVERSE);
    }

    #[test]
    fn a_gateway_of_the_other_family_is_a_via() {
        let route =
            Route::to("198.51.100.0/24".parse().unwrap()).through("fe80::1".parse().unwrap());
        assert_eq!(route.gateway, None);
        assert_eq!(route.next_hop_ip(), Some("fe80::1".parse().unwrap()));
    }

    #[test]
    fn a_default_route_has_no_destination_attribute() {
        let route = Route::default_of(AddressFamily::INET6);
        assert!(route.is_default());
        assert_eq!(route.destination().unwrap().to_string(), "::/0");
    }

    #[test]
    fn large_tables_leave_the_header() {
        let route = Route::to("0.0.0.0/0".parse().unwrap()).in_table(RouteTable(1000));
        assert_eq!(
            (route.table8, route.table_id()),
            (RouteTable::COMPAT, RouteTable(1000))
        );
    }
}
