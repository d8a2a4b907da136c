//! Other network namespaces.

use std::os::fd::{AsFd, AsRawFd};

use netlink::netns::NetNs;
use netlink::{Link, Netlink};

use crate::harness::{live, make, refused};

live! {
    fn an_interface_moves(nl) {
        let other = NetNs::create().unwrap();
        let there = Netlink::in_namespace(&other).unwrap();
        make(nl, &Link::veth("left", "right"));
        nl.links().net_ns("right", &other).unwrap();
        assert!(refused(nl.links().get("right")).is_not_found());
        let right = there.links().get("right").unwrap();
        let left = nl.links().get("left").unwrap();
        assert!(right.link_netns_id.is_some() && left.link_netns_id.is_some());
        there.links().up("right").unwrap();
        // The caller's own namespace stayed what it was.
        let own = std::fs::read_link("/proc/thread-self/ns/net").unwrap();
        let process = std::fs::read_link("/proc/self/ns/net").unwrap();
        assert_eq!(own, process);
        nl.links().net_ns_pid("left", std::process::id()).unwrap();
        nl.links().delete("left").unwrap();
        assert!(refused(there.links().get("right")).is_not_found());
    }

    fn add_get_looks_where_it_went(nl) {
        let other = NetNs::create().unwrap();
        let fd = other.as_fd().as_raw_fd().unsigned_abs();
        let made = nl.links().add_get(&Link::bridge("br0").net_ns_fd(fd)).unwrap();
        assert_eq!(made.name.as_ref().unwrap(), "br0");
        assert!(refused(nl.links().get("br0")).is_not_found());
        let there = Netlink::in_namespace(&other).unwrap();
        assert_eq!(there.links().get("br0").unwrap().index, made.index);
    }
}
