//! Neighbours, proxy entries and forwarding databases.

use std::net::IpAddr;

use netlink::generated::core::AddressFamily;
use netlink::generated::route::neigh::{NeighFlags, NeighState, Neighbour};
use netlink::neigh::NeighbourFilter;
use netlink::{Link, Netlink};

use crate::harness::{live, make, pair, refused};
use crate::need::link;

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 9];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn list(nl: &Netlink, filter: &NeighbourFilter) -> Vec<Neighbour> {
    nl.neighs().list(filter).unwrap().into_vec().unwrap()
}

live! {
    fn add_get_replace_delete(nl) {
        let (left, right) = pair(nl, "left", "right");
        for address in [ip("192.0.2.9"), ip("2001:db8::9")] {
            let entry = Neighbour::permanent(left.index, address, MAC);
            nl.neighs().add(&entry).unwrap();
            assert!(refused(nl.neighs().add(&entry)).is_exists());
            let read = nl.neighs().get(&Neighbour::of(left.index, address)).unwrap();
            assert_eq!((read.dst, read.state), (Some(address), NeighState::PERMANENT));
            assert_eq!(read.lladdr.as_ref().unwrap().as_bytes(), MAC);
            let mut moved = read.clone();
            moved.lladdr = Some([2, 0, 0, 0, 0, 8].into());
            nl.neighs().replace(&moved).unwrap();
            let after = nl.neighs().get(&read).unwrap();
            assert_eq!(after.lladdr, moved.lladdr);
            assert_eq!((after.state, after.flags, after.kind), (read.state, read.flags, read.kind));
            // Only of this interface, and only in this state.
            let filter = NeighbourFilter::new().link(left.index).states(NeighState::PERMANENT);
            assert!(list(nl, &filter).iter().any(|entry| entry.dst == Some(address)));
            let other = NeighbourFilter::new().link(right.index).states(NeighState::PERMANENT);
            assert!(list(nl, &other).is_empty());
            nl.neighs().delete(&after).unwrap();
            assert!(refused(nl.neighs().get(&read)).is_not_found());
            assert!(refused(nl.neighs().delete(&read)).is_not_found());
        }
    }

    fn proxy_entries(nl) {
        let (left, _) = pair(nl, "left", "right");
        let entry = Neighbour::proxy(left.index, ip("192.0.2.77"));
        nl.neighs().add(&entry).unwrap();
        let [read] = &list(nl, &NeighbourFilter::proxy())[..] else { panic!("one entry") };
        assert!(read.is_proxy());
        assert_eq!(nl.neighs().get(&entry).unwrap().dst, entry.dst);
        assert!(list(nl, &NeighbourFilter::new().family(AddressFamily::INET)).is_empty());
        nl.neighs().delete(read).unwrap();
        assert!(list(nl, &NeighbourFilter::proxy()).is_empty());
    }

    fn the_forwarding_database_of_a_bridge(nl) {
        let bridge = make(nl, &Link::bridge("br0").set_up());
        let left = make(nl, &Link::veth("left", "right").master(bridge.index).set_up());
        let entry = Neighbour::fdb(left.index, MAC);
        nl.neighs().add(&entry).unwrap();
        assert!(refused(nl.neighs().add(&entry)).is_exists());
        let read = nl.neighs().get(&entry).unwrap();
        assert_eq!((read.index, read.master), (left.index, Some(bridge.index)));
        assert!(read.is_fdb());
        let has = |filter: &NeighbourFilter| {
            list(nl, filter).iter().any(|entry| entry.lladdr == Some(MAC.into()))
        };
        assert!(has(&NeighbourFilter::fdb()));
        assert!(has(&NeighbourFilter::fdb().master(bridge.index)));
        assert!(has(&NeighbourFilter::fdb().link(left.index)));
        let own = nl.links().get("right").unwrap().index;
        assert!(!has(&NeighbourFilter::fdb().link(own)));
        nl.neighs().delete(&entry).unwrap();
        assert!(!has(&NeighbourFilter::fdb()));
    }

    fn several_remote_ends_of_vxlan(nl) needs [link("vxlan")] {
        let vxlan = make(nl, &Link::vxlan("vx0", 42));
        for remote in ["192.0.2.1", "192.0.2.2"] {
            nl.neighs().append(&Neighbour::vxlan_fdb(vxlan.index, [0; 6], ip(remote))).unwrap();
        }
        let entries = list(nl, &NeighbourFilter::fdb().link(vxlan.index));
        let mut remotes: Vec<_> = entries.iter().filter_map(|entry| entry.dst).collect();
        remotes.sort();
        assert_eq!(remotes, [ip("192.0.2.1"), ip("192.0.2.2")]);
        assert!(entries.iter().all(|entry| entry.flags.contains(NeighFlags::OWN)));
        nl.neighs().delete(&entries[0]).unwrap();
        let left = list(nl, &NeighbourFilter::fdb().link(vxlan.index));
        assert_eq!(left.len(), 1);
        let mut count = 0;
        nl.neighs().scan(&NeighbourFilter::fdb(), |_| count += 1).unwrap();
        assert!(count >= 1);
    }
}
