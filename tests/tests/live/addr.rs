//! Addresses.

use ipnet::IpNet;
use netlink::addr::AddressFilter;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::addr::{AddrCache, AddrFlags, Address, Lifetime};
use netlink::generated::route::route::RouteScope;

use crate::harness::{live, pair, refused};

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

live! {
    fn add_list_delete(nl) {
        let (left, right) = pair(nl, "left", "right");
        let address = Address::new(net("192.0.2.1/24"), left.index).implied_broadcast();
        nl.addrs().add(&address).unwrap();
        assert!(refused(nl.addrs().add(&address)).is_exists());
        nl.addrs().add(&Address::new(net("192.0.2.2/24"), right.index)).unwrap();
        let of_left = AddressFilter::new().link(left.index).family(AddressFamily::INET);
        let [listed] = &nl.addrs().list(&of_left).unwrap().into_vec().unwrap()[..] else {
            panic!("one address");
        };
        assert_eq!(listed.prefix(), Some(net("192.0.2.1/24")));
        assert_eq!(listed.broadcast, Some("192.0.2.255".parse().unwrap()));
        assert_eq!(listed.label.as_ref().unwrap(), "left");
        assert_eq!(listed.peer(), None);
        assert!(listed.all_flags().contains(AddrFlags::PERMANENT));
        // As it was read it can be removed.
        nl.addrs().delete(listed).unwrap();
        assert!(refused(nl.addrs().delete(&address)).is_not_found());
        let missing = AddressFilter::new().link(4711);
        assert!(refused(nl.addrs().list(&missing)).is_not_found());
    }

    fn add_get_in_both_families(nl) {
        let (left, _) = pair(nl, "left", "right");
        let v4 = nl.addrs().add_get(&Address::new(net("192.0.2.1/24"), left.index)).unwrap();
        assert_eq!(v4.label.as_ref().unwrap(), "left");
        let v6 = nl.addrs().add_get(&Address::new(net("2001:db8::1/64"), left.index)).unwrap();
        assert_eq!((v6.prefix(), v6.index), (Some(net("2001:db8::1/64")), left.index));
        assert!(v6.cache_info.is_some());
    }

    fn a_change_changes_just_that(nl) {
        let (left, _) = pair(nl, "left", "right");
        nl.addrs().add(&Address::new(net("192.0.2.1/24"), left.index)).unwrap();
        let filter = AddressFilter::new().link(left.index).family(AddressFamily::INET);
        let read = || nl.addrs().list(&filter).unwrap().into_vec().unwrap().remove(0);
        let mut wanted = read();
        let mut hour = AddrCache::default();
        (hour.preferred, hour.valid) = (Lifetime(1800), Lifetime(3600));
        wanted.cache_info = Some(hour);
        nl.addrs().replace(&wanted).unwrap();
        let mut after = read();
        let cache = after.cache_info.take().unwrap();
        assert!((3590..=3600).contains(&cache.valid.0), "{cache:?}");
        assert!((1790..=1800).contains(&cache.preferred.0), "{cache:?}");
        // With a lifetime an address is not permanent.
        assert!(!after.all_flags().contains(AddrFlags::PERMANENT));
        (wanted.cache_info, wanted.flags, after.flags) = (None, None, None);
        (wanted.flags8, after.flags8) = (AddrFlags::empty(), AddrFlags::empty());
        assert_eq!(after, wanted);
    }

    fn peers_and_scopes(nl) {
        let (left, _) = pair(nl, "left", "right");
        let local = "192.0.2.1".parse().unwrap();
        let pointed = Address::with_peer(local, net("192.0.2.9/32"), left.index);
        nl.addrs().add(&pointed.scope(RouteScope::LINK)).unwrap();
        let filter = AddressFilter::new().family(AddressFamily::INET).scope(RouteScope::LINK);
        let [read] = &nl.addrs().list(&filter).unwrap().into_vec().unwrap()[..] else {
            panic!("one address");
        };
        assert_eq!((read.ip(), read.peer()), (Some(local), Some(net("192.0.2.9/32"))));
        let mut count = 0;
        nl.addrs().scan(&filter, |address| count += usize::from(address.index() == left.index)).unwrap();
        assert_eq!(count, 1);
    }

    fn any_address_read_can_be_set(nl) {
        let (left, _) = pair(nl, "left", "right");
        nl.addrs().add(&Address::new(net("192.0.2.1/24"), left.index)).unwrap();
        nl.addrs().add(&Address::new(net("2001:db8::1/64"), left.index)).unwrap();
        nl.links().up("lo").unwrap();
        for address in nl.addrs().list(&AddressFilter::new()).unwrap().into_vec().unwrap() {
            nl.addrs().replace(&address).unwrap_or_else(|error| panic!("{address:?}: {error}"));
        }
    }
}
