//! Interfaces.

use netlink::generated::core::ClockTicks;
use netlink::generated::route::link::{AfSpec, ExtFilter, Link, LinkFlags, LinkInfo, LinkKind};
use netlink::generated::route::macvlan::MacvlanMode;
use netlink::generated::route::vlan::VlanLink;
use netlink::generated::route::vxlan::{VxlanDf, VxlanLink};
use netlink::link::LinkFilter;
use netlink::list::DumpState;
use netlink::{LinkChange, LinkRef, Netlink};

use crate::harness::{live, make, pair, refused, stable};
use crate::need::{link, running};

fn names(nl: &Netlink, filter: &LinkFilter) -> Vec<String> {
    let links = nl.links().list(filter).unwrap().into_vec().unwrap();
    links
        .into_iter()
        .map(|link| link.name.unwrap_or_default().to_string())
        .collect()
}

fn has_ipv6_counters(link: &Link) -> bool {
    match &link.af_spec {
        Some(AfSpec::Families(families)) => families
            .inet6
            .as_ref()
            .is_some_and(|inet6| inet6.stats.is_some()),
        _ => false,
    }
}

live! {
    fn a_new_network_has_a_loopback_interface(nl) {
        let links = nl.links().list(&LinkFilter::new()).unwrap();
        assert!(links.is_complete());
        let lo = links.items.iter().find(|link| link.is_loopback()).unwrap();
        assert!(!lo.is_up());
        assert!(lo.kind_name().is_none());
        let by_name = nl.links().get("lo").unwrap();
        let by_index = nl.links().get(lo.index).unwrap();
        let viewed = nl.links().view("lo", |link| Ok((link.index(), link.mtu()?, link.address()?))).unwrap();
        assert_eq!(viewed, (by_name.index, by_name.mtu, by_name.address.clone()));
        assert!(refused(nl.links().view("none", |link| link.mtu())).is_not_found());
        assert_eq!(stable(by_name.clone()), stable(by_index));
        assert_eq!(stable(by_name), stable(lo.clone()));
    }

    fn add_list_delete(nl) {
        nl.links().add(&Link::bridge("br0").mtu(1400u32)).unwrap();
        let filter = LinkFilter::new().kind("bridge");
        assert_eq!(names(nl, &filter), ["br0"]);
        let bridge = nl.links().get("br0").unwrap();
        assert_eq!((bridge.mtu, bridge.kind_name().unwrap().to_string()), (Some(1400), "bridge".into()));
        let Some(LinkKind::Bridge(Some(settings))) = bridge.link_kind() else {
            panic!("a bridge tells its settings: {:?}", bridge.link_info);
        };
        assert!(settings.ageing_time.is_some());
        assert!(refused(nl.links().add(&Link::bridge("br0"))).is_exists());
        nl.links().delete("br0").unwrap();
        let gone = refused(nl.links().get("br0"));
        assert!(gone.is_not_found(), "{gone}");
        assert!(refused(nl.links().delete("br0")).is_not_found());
        assert!(refused(nl.links().delete(4711)).is_not_found());
        assert_eq!(names(nl, &filter), [""; 0]);
    }

    fn add_get_tells_index_and_name(nl) {
        let made = make(nl, &Link::bridge("br0"));
        assert_eq!(stable(made.clone()), stable(nl.links().get(made.index).unwrap()));
        // The kernel makes up a name where none is given.
        let unnamed = Link::default().link_info(Link::bridge("").link_info.unwrap());
        if running() >= (6, 2) {
            let named = nl.links().add_get(&unnamed).unwrap();
            assert_eq!(named.name.as_ref().unwrap(), "bridge0");
        } else {
            // Without an echo nothing says which one it is.
            let error = refused(nl.links().add_get(&unnamed));
            assert!(error.may_have_happened(), "{error}");
            assert!(nl.links().get("bridge0").is_ok());
        }
        // What is under a master says so.
        let port = Link::veth("left", "right").master(made.index);
        assert_eq!(make(nl, &port).master, Some(made.index));
    }

    fn both_ends_of_a_pair(nl) {
        let peer = Link::default().name("right").mtu(1300u32).address([2, 0, 0, 0, 0, 2]);
        let left = make(nl, &Link::veth_with("left", peer).mtu(1400u32));
        let right = nl.links().get("right").unwrap();
        assert_eq!((left.link, right.link), (Some(right.index), Some(left.index)));
        assert_eq!((left.mtu, right.mtu), (Some(1400), Some(1300)));
        assert_eq!(right.address.unwrap().to_string(), "02:00:00:00:00:02");
        nl.links().delete("right").unwrap();
        assert!(refused(nl.links().get("left")).is_not_found());
    }

    fn a_change_changes_just_that(nl) {
        let (left, _) = pair(nl, "left", "right");
        let changes: [(&str, fn(&mut Link)); 6] = [
            ("mtu", |link| link.mtu = Some(1300)),
            ("txqlen", |link| link.txqlen = Some(77)),
            ("alias", |link| link.alias = Some("to the right".into())),
            ("group", |link| link.group = Some(5)),
            ("address", |link| link.address = Some([2, 0, 0, 0, 0, 9].into())),
            ("gso_max_segs", |link| link.gso_max_segs = Some(16)),
        ];
        for (what, change) in changes {
            let before = nl.links().get(left.index).unwrap();
            let mut wanted = before.clone();
            change(&mut wanted);
            nl.links().set(&before, &LinkChange::between(&before, &wanted).unwrap()).unwrap();
            let after = nl.links().get(left.index).unwrap();
            assert_eq!(stable(after), stable(wanted), "{what}");
        }
    }

    fn a_kind_changes_just_that(nl) {
        let before = make(nl, &Link::bridge("br0"));
        let mut wanted = before.clone();
        let info = wanted.link_info.as_mut().unwrap();
        let Some(LinkKind::Bridge(Some(settings))) = &mut info.kind else { panic!("{info:?}") };
        settings.ageing_time = Some(ClockTicks(12_300));
        nl.links().set(&before, &LinkChange::between(&before, &wanted).unwrap()).unwrap();
        let after = nl.links().get("br0").unwrap();
        // The timers of a bridge run.
        let settings = |link: &Link| match link.link_kind() {
            Some(LinkKind::Bridge(Some(settings))) => settings.clone(),
            other => panic!("{other:?}"),
        };
        let still = |link: &Link| {
            let mut settings = settings(link);
            settings.gc_timer = None;
            (settings, stable(link.clone().link_info(LinkInfo::default())))
        };
        assert_eq!(still(&after), still(&wanted));
        assert_ne!(still(&after), still(&before));
    }

    fn shortcuts(nl) {
        let bridge = make(nl, &Link::bridge("br0"));
        make(nl, &Link::veth("left", "right"));
        let links = nl.links();
        let left = || nl.links().get("left").unwrap();
        links.up("left").unwrap();
        assert!(left().is_up());
        links.down("left").unwrap();
        assert!(!left().is_up());
        links.mtu("left", 1280).unwrap();
        links.txqlen("left", 0).unwrap();
        links.alias("left", "the left one").unwrap();
        links.address("left", [2, 0, 0, 0, 0, 7]).unwrap();
        links.master("left", bridge.index).unwrap();
        links.promiscuous("left", true).unwrap();
        links.arp("left", false).unwrap();
        let link = left();
        assert_eq!((link.mtu, link.txqlen), (Some(1280), Some(0)));
        assert_eq!(link.alias.as_ref().unwrap(), "the left one");
        assert_eq!(link.address.as_ref().unwrap().to_string(), "02:00:00:00:00:07");
        assert_eq!(link.master, Some(bridge.index));
        assert!(link.flags.contains(LinkFlags::PROMISC | LinkFlags::NOARP));
        assert_eq!(names(nl, &LinkFilter::new().master(bridge.index)), ["left"]);
        links.no_master("left").unwrap();
        links.promiscuous("left", false).unwrap();
        links.arp("left", true).unwrap();
        links.alias("left", "").unwrap();
        let link = left();
        assert_eq!((link.master, link.alias.clone()), (None, None));
        assert!(!link.flags.intersects(LinkFlags::PROMISC | LinkFlags::NOARP));
    }

    fn names_old_and_new(nl) {
        let left = make(nl, &Link::veth("left", "right"));
        let error = refused(nl.links().set("left", &LinkChange::new().with(|l| l.name("middle"))));
        assert!(error.is_invalid(), "{error}");
        nl.links().rename(left.index, "middle").unwrap();
        assert!(refused(nl.links().get("left")).is_not_found());
        assert!(refused(nl.links().rename(left.index, "right")).is_exists());
        let long = "an-alternative-name-that-is-long";
        nl.links().add_alt_name("middle", long).unwrap();
        let found = nl.links().get(long).unwrap();
        assert_eq!(found.index, left.index);
        assert_eq!(found.prop_list.unwrap().alt_name, [long]);
        nl.links().up(long).unwrap();
        assert!(nl.links().get("middle").unwrap().is_up());
        assert!(refused(nl.links().add_alt_name("right", long)).is_exists());
        nl.links().delete_alt_name("middle", long).unwrap();
        assert!(refused(nl.links().get(long)).is_not_found());
    }

    fn ports_of_a_bridge(nl) {
        let bridge = make(nl, &Link::bridge("br0"));
        make(nl, &Link::veth("left", "right").master(bridge.index));
        let mut port = netlink::generated::route::bridge::BridgePort::default();
        port.learning = Some(false);
        nl.links().set("left", &LinkChange::new().bridge_port(port)).unwrap();
        let dump = nl.links().list(&LinkFilter::new().bridge_ports().master(bridge.index)).unwrap();
        let [left] = &dump.into_vec().unwrap()[..] else { panic!("one port") };
        match &left.protinfo {
            Some(netlink::generated::route::link::Protinfo::Bridge(port)) => {
                assert_eq!(port.learning, Some(false));
            }
            other => panic!("{other:?}"),
        }
    }

    fn kinds_on_top_of_others(nl) needs [link("macvlan"), link("macvtap"), link("ifb")] {
        let (left, right) = pair(nl, "left", "right");
        let macvlan = make(nl, &Link::macvlan("mv0", left.index, MacvlanMode::PRIVATE));
        assert_eq!(macvlan.link, Some(left.index));
        match macvlan.link_kind() {
            Some(LinkKind::Macvlan(Some(settings))) => {
                assert_eq!(settings.mode, Some(MacvlanMode::PRIVATE));
            }
            other => panic!("{other:?}"),
        }
        let macvtap = make(nl, &Link::macvtap("mt0", right.index, MacvlanMode::VEPA));
        assert_eq!(macvtap.kind_name().unwrap(), "macvtap");
        let ifb = make(nl, &Link::of_kind("ifb9", LinkKind::Ifb));
        assert_eq!(ifb.kind_name().unwrap(), "ifb");
    }

    fn vxlan(nl) needs [link("vxlan")] {
        let mut settings = VxlanLink::default().id(42u32).port(4789u16).learning(false);
        settings.group = Some([239, 1, 1, 1].into());
        settings.link = Some(pair(nl, "left", "right").0.index);
        let made = make(nl, &Link::vxlan_with("vx0", settings.clone()));
        let Some(LinkKind::Vxlan(Some(read))) = made.link_kind() else { panic!("{made:?}") };
        assert_eq!((read.id, read.port, read.learning), (Some(42), Some(4789), Some(false)));
        assert_eq!((read.group, read.link), (settings.group, settings.link));
    }

    fn a_dummy(nl) needs [link("dummy")] {
        assert_eq!(make(nl, &Link::dummy("d0")).kind_name().unwrap(), "dummy");
    }

    fn a_vlan(nl) needs [link("vlan")] {
        let (left, _) = pair(nl, "left", "right");
        let vlan = make(nl, &Link::vlan("left.7", left.index, 7));
        match vlan.link_kind() {
            Some(LinkKind::Vlan(Some(settings))) => assert_eq!(settings.id, Some(7)),
            other => panic!("{other:?}"),
        }
        // Settings the kernel adds to, and never takes away.
        let change = LinkKind::Vlan(Some(Box::new(VlanLink::default())));
        let info = netlink::generated::route::link::LinkInfo::default().kind(change);
        nl.links().set(&vlan, &LinkChange::new().with(|link| link.link_info(info))).unwrap();
    }

    fn a_bond(nl) needs [link("bond")] {
        assert_eq!(make(nl, &Link::of_kind("bond9", LinkKind::Bond(None))).kind_name().unwrap(), "bond");
    }

    fn errors_name_the_attribute(nl) needs [link("vxlan")] {
        let far = Link::vxlan("vx0", 42).mtu(70_000u32);
        let error = refused(nl.links().add(&far));
        assert_eq!(error.operation(), Some("RTM_NEWLINK"));
        assert_eq!(error.attribute(), Some("IFLA_MTU"), "{error}");
        assert!(error.kernel_message().is_some(), "{error}");
        let odd = VxlanLink::default().id(42u32).df(VxlanDf(200));
        let error = refused(nl.links().add(&Link::vxlan_with("vx0", odd)));
        let path = "IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_VXLAN_DF";
        assert_eq!(error.attribute(), Some(path), "{error}");
        let error = refused(nl.links().add(&Link::of_kind_named("x0", "no-such-kind")));
        assert!(error.is_unsupported(), "{error}");
        let unsent = refused(nl.links().add(&Link::vxlan("vx0", 1 << 24)));
        assert!(unsent.is_invalid() && unsent.errno().is_none(), "{unsent}");
    }

    fn filters_and_scans(nl) {
        pair(nl, "left", "right");
        make(nl, &Link::bridge("br0"));
        assert_eq!(names(nl, &LinkFilter::new().up(true)), ["right", "left"]);
        assert_eq!(names(nl, &LinkFilter::new().up(false).kind("bridge")), ["br0"]);
        let lean = LinkFilter::new().details(ExtFilter::SKIP_STATS);
        let links = nl.links().list(&lean).unwrap().into_vec().unwrap();
        assert!(!links.iter().any(has_ipv6_counters));
        let all = nl.links().list(&LinkFilter::new()).unwrap().into_vec().unwrap();
        assert!(all.iter().any(has_ipv6_counters));
        let mut seen = Vec::new();
        let scanned = nl.links().scan(&LinkFilter::new(), |link| {
            seen.push(link.name().unwrap().unwrap().to_string());
        });
        let count = scanned.unwrap().into_count().unwrap();
        assert_eq!((count, seen.len()), (links.len(), links.len()));
        // A scan that stops early leaves nothing behind that the next call could trip over.
        let stopped = nl.links().scan(&LinkFilter::new(), |_| std::ops::ControlFlow::Break(()));
        let stopped = stopped.unwrap();
        assert!(matches!(stopped.state, DumpState::Stopped));
        assert_eq!(stopped.count, 1);
        nl.links().get(LinkRef::from("lo")).unwrap();
    }
}
