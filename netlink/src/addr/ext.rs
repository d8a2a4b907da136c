//! Constructors and questions of [`Address`] that the spec cannot know.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::generated::core::AddressFamily;
use crate::generated::route::addr::{AddrFlags, Address};

/// The family an address belongs to.
pub(crate) fn family_of(address: IpAddr) -> AddressFamily {
    match address {
        IpAddr::V4(_) => AddressFamily::INET,
        IpAddr::V6(_) => AddressFamily::INET6,
    }
}

impl Address {
    /// An address with its prefix length, for the interface with index `index`.
    ///
    /// The bits behind the prefix stay: `192.0.2.7/24` is the host 7 in that net.
    ///
    /// ```
    /// use netlink::generated::route::addr::Address;
    ///
    /// let address = Address::new("192.0.2.7/24".parse().unwrap(), 3);
    /// assert_eq!(address.prefix().unwrap().to_string(), "192.0.2.7/24");
    /// ```
    pub fn new(address: IpNet, index: u32) -> Self {
        Self::default()
            .family(family_of(address.addr()))
            .prefix_len(address.prefix_len())
            .index(index)
            .local(address.addr())
            .address(address.addr())
    }

    /// The address of this end of a point-to-point link. The prefix belongs to the other end.
    pub fn with_peer(local: IpAddr, peer: IpNet, index: u32) -> Self {
        Self::new(peer, index).local(local)
    }

    /// The same address, with the broadcast address its prefix implies; the kernel sets none by
    /// itself. Nothing changes for IPv6, nor for prefixes too long to have one.
    #[must_use]
    pub fn implied_broadcast(mut self) -> Self {
        if let Some(IpNet::V4(net)) = self.prefix() {
            if net.prefix_len() < 31 {
                self.broadcast = Some(net.broadcast().into());
            }
        }
        self
    }

    /// The address of this end.
    pub fn ip(&self) -> Option<IpAddr> {
        // The kernel leaves the local address out for IPv6 without a peer.
        self.local.or(self.address)
    }

    /// The address of this end with the prefix length; with a peer the length belongs to that.
    pub fn prefix(&self) -> Option<IpNet> {
        IpNet::new(self.ip()?, self.prefix_len).ok()
    }

    /// The other end of a point-to-point link, with its prefix length.
    pub fn peer(&self) -> Option<IpNet> {
        let (local, peer) = (self.local?, self.address?);
        if local == peer {
            None
        } else {
            IpNet::new(peer, self.prefix_len).ok()
        }
    }

    /// All flags, of which the header has only the low eight bits.
    pub fn all_flags(&self) -> AddrFlags {
        self.flags.unwrap_or(self.flags8)
    }

    /// Whether duplicate address detection still runs, so that the address cannot be used yet.
    pub fn is_tentative(&self) -> bool {
        self.all_flags().contains(AddrFlags::TENTATIVE)
    }

    /// The request for this address: the family is filled in where only the address tells it, and so
    /// is the part IPv4 demands or IPv6 takes.
    pub(super) fn complete(&self) -> Cow<'_, Self> {
        let v4_without_local = self.local.is_none() && self.address.is_some_and(|a| a.is_ipv4());
        if self.family != AddressFamily::UNSPEC && !v4_without_local {
            return Cow::Borrowed(self);
        }
        let mut address = self.clone();
        if v4_without_local {
            address.local = self.address;
        }
        if let (AddressFamily::UNSPEC, Some(ip)) = (self.family, self.ip()) {
            address.family = family_of(ip);
        }
        Cow::Owned(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_exists_only_where_it_differs() {
        let plain = Address::new("192.0.2.7/24".parse().unwrap(), 3);
        assert_eq!(plain.peer(), None);
        assert_eq!(plain.ip(), Some("192.0.2.7".parse().unwrap()));
        let local = "192.0.2.1".parse().unwrap();
        let pointed = Address::with_peer(local, "192.0.2.2/32".parse().unwrap(), 3);
        assert_eq!(pointed.ip(), Some(local));
        assert_eq!(pointed.peer().unwrap().to_string(), "192.0.2.2/32");
    }

    #[test]
    fn the_broadcast_address_is_only_for_nets_that_have_one() {
        let of = |net: &str| {
            Address::new(net.parse().unwrap(), 1)
                .implied_broadcast()
                .broadcast
        };
        assert_eq!(of("192.0.2.7/24"), Some("192.0.2.255".parse().unwrap()));
        assert_eq!(of("192.0.2.7/31"), None);
        assert_eq!(of("192.0.2.7/32"), None);
        assert_eq!(of("2001:db8::1/64"), None);
    }

    #[test]
    fn a_bare_address_is_completed() {
        let bare = Address::default()
            .index(1u32)
            .address("192.0.2.7".parse::<IpAddr>().unwrap());
        let request = bare.complete();
        assert_eq!(
            (request.family, request.local),
            (AddressFamily::INET, bare.address)
        );
        let ready = Address::new("192.0.2.7/24".parse().unwrap(), 3);
        assert!(matches!(ready.complete(), Cow::Borrowed(_)));
    }
}
