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

    fn names(nl) {
        let _ = nl;
        // A mount namespace of this thread's own, with a `/run` that is nobody else's.
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS).unwrap();
        let none: Option<&str> = None;
        nix::mount::mount(none, "/", none, nix::mount::MsFlags::MS_REC | nix::mount::MsFlags::MS_PRIVATE, none).unwrap();
        nix::mount::mount(Some("tmpfs"), "/run", Some("tmpfs"), nix::mount::MsFlags::empty(), none).unwrap();
        assert!(NetNs::names().unwrap().is_empty());
        assert!(refused(NetNs::named("blue")).is_not_found());
        let blue = NetNs::create_named("blue").unwrap();
        assert!(refused(NetNs::create_named("blue")).is_exists());
        NetNs::create_named("green").unwrap();
        assert_eq!(NetNs::names().unwrap(), ["blue", "green"]);
        // iproute2 sees the same.
        if let Ok(listed) = std::process::Command::new("ip").args(["netns", "list"]).output() {
            let listed = String::from_utf8(listed.stdout).unwrap();
            assert!(listed.contains("blue") && listed.contains("green"), "{listed}");
        }
        let there = Netlink::in_namespace(&NetNs::named("blue").unwrap()).unwrap();
        there.links().add(&Link::bridge("br0")).unwrap();
        NetNs::delete_named("green").unwrap();
        NetNs::delete_named("blue").unwrap();
        assert!(NetNs::names().unwrap().is_empty());
        assert!(refused(NetNs::delete_named("blue")).is_not_found());
        // Without its name it lives on for whoever has it open.
        assert_eq!(Netlink::in_namespace(&blue).unwrap().links().get("br0").unwrap().name.unwrap(), "br0");
        for bad in ["", ".", "..", "a/b", "../etc"] {
            assert!(refused(NetNs::create_named(bad)).is_invalid(), "{bad}");
        }
    }

    fn ids(nl) {
        let (one, two) = (NetNs::create().unwrap(), NetNs::create().unwrap());
        assert_eq!(nl.net_ns_ids().get(&one).unwrap().id(), None);
        nl.net_ns_ids().add(&one, Some(42)).unwrap();
        nl.net_ns_ids().add(&two, None).unwrap();
        assert_eq!(nl.net_ns_ids().get(&one).unwrap().id(), Some(42));
        let second = nl.net_ns_ids().get(&two).unwrap().id().unwrap();
        assert!(refused(nl.net_ns_ids().add(&one, Some(43))).is_exists());
        let mut known: Vec<_> = nl.net_ns_ids().list().unwrap().into_vec().unwrap().iter().filter_map(|id| id.id()).collect();
        known.sort_unstable();
        assert_eq!(known, [second, 42]);
    }

    fn gone_before_it_is_opened(nl) {
        let _ = nl;
        assert!(refused(NetNs::named("never-there")).is_not_found());
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(refused(NetNs::of_process(pid)).is_not_found());
        // A file that is no namespace shows when it is used.
        let file = NetNs::open("/proc/self/status").unwrap();
        assert!(refused(Netlink::in_namespace(&file).unwrap().links().get("lo")).is_invalid());
    }

    fn files_and_ioctl_sockets_belong_to_it(nl) {
        make(nl, &Link::bridge("br0"));
        let other = NetNs::create().unwrap();
        let mut text = String::new();
        let options = std::fs::OpenOptions::new().read(true).clone();
        use std::io::Read;
        other.open_file(&options, "/proc/thread-self/net/dev").unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("lo:") && !text.contains("br0:"), "{text}");
        assert!(other.open_ioctl().unwrap().as_raw_fd() >= 0);
    }
}
