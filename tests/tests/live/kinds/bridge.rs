//! Bridges and their ports.

use netlink::generated::core::{ClockTicks, ClockTicks64, EtherType};
use netlink::generated::route::bridge::{
    BridgeBoolOpt, BridgeBoolOpts, BridgeLink, BridgeMcastRouter, BridgePort, BridgeStp,
};
use netlink::generated::route::link::{Link, SlaveKind};
use netlink::wire::Value;
use netlink::{Error, LinkChange, Netlink};

use super::{Trial, assert_nothing_unknown, data};
use crate::harness::{live, make};
use crate::need::{built, link, running};

fn vlans(nl: &Netlink) -> Result<(), Error> {
    let settings = BridgeLink::default().vlan_filtering(true);
    nl.links().add(&Link::bridge_with("br0", settings))
}

live! {
    fn bridge(nl) needs [link("bridge"), built("VLANs on bridges", vlans)] {
        let mut settings = BridgeLink::default()
            .forward_delay(ClockTicks(400))
            .hello_time(ClockTicks(300))
            .max_age(ClockTicks(1500))
            .ageing_time(ClockTicks(12_300))
            .stp_state(BridgeStp::KERNEL)
            .priority(4096u16)
            .vlan_filtering(true)
            .vlan_protocol(EtherType::DOT1AD)
            .vlan_default_pvid(7u16)
            .vlan_stats_enabled(true)
            .vlan_stats_per_port(true)
            .group_fwd_mask(8u16)
            .group_addr([1, 0x80, 0xc2, 0, 0, 0x0d])
            .nf_call_iptables(true)
            .nf_call_ip6tables(true)
            .nf_call_arptables(true);
        settings = settings
            .mcast_router(BridgeMcastRouter::PERM)
            .mcast_snooping(true)
            .mcast_query_use_ifaddr(true)
            .mcast_querier(true)
            .mcast_hash_max(1024u32)
            .mcast_last_member_cnt(3u32)
            .mcast_startup_query_cnt(4u32)
            .mcast_last_member_intvl(ClockTicks64(200))
            .mcast_membership_intvl(ClockTicks64(30_000))
            .mcast_querier_intvl(ClockTicks64(25_000))
            .mcast_query_intvl(ClockTicks64(12_000))
            .mcast_query_response_intvl(ClockTicks64(900))
            .mcast_startup_query_intvl(ClockTicks64(3000))
            .mcast_stats_enabled(true)
            .mcast_igmp_version(3u8)
            .mcast_mld_version(2u8);
        if running() >= (6, 8) {
            settings = settings.fdb_max_learned(500u32);
        }
        Trial::of(Link::bridge_with("br0", settings))
            .noise(|link| {
                let settings = data!(link, Bridge);
                settings.gc_timer = None;
                settings.hello_timer = None;
                settings.tcn_timer = None;
                settings.topology_change_timer = None;
            })
            .run_and(nl, |link| data!(link, Bridge).ageing_time = Some(ClockTicks(45_600)));
    }

    fn switches_of_a_bridge(nl) needs [link("bridge")] {
        let mut made = make(nl, &Link::bridge("br0"));
        let known = data!(made, Bridge).multi_boolopt.unwrap();
        assert!(known.optmask.contains(BridgeBoolOpt::NO_LL_LEARN), "{known:?}");
        assert!(!known.optval.contains(BridgeBoolOpt::NO_LL_LEARN));
        let mut choice = BridgeBoolOpts::default();
        (choice.optval, choice.optmask) = (BridgeBoolOpt::NO_LL_LEARN, BridgeBoolOpt::NO_LL_LEARN);
        let link = Link::bridge_with("", BridgeLink::default().multi_boolopt(choice));
        let info = *link.link_info.unwrap();
        nl.links().set(made.index, &LinkChange::new().with(|link| link.link_info(info))).unwrap();
        let mut after = nl.links().get(made.index).unwrap();
        let after = data!(after, Bridge).multi_boolopt.unwrap();
        assert_eq!(after.optval, known.optval | BridgeBoolOpt::NO_LL_LEARN);
    }

    fn ports(nl) needs [link("bridge"), link("dummy")] {
        let bridge = make(nl, &Link::bridge("br0"));
        let other = make(nl, &Link::dummy("other").master(bridge.index)).index;
        let port = make(nl, &Link::dummy("port").master(bridge.index)).index;
        let mut wanted = BridgePort::default()
            .priority(9u16)
            .cost(77u32)
            .guard(true)
            .protect(true)
            .fast_leave(true)
            .learning(false)
            .unicast_flood(false)
            .proxyarp(true)
            .proxyarp_wifi(false)
            .multicast_router(BridgeMcastRouter::PERM)
            .mcast_flood(false)
            .mcast_to_ucast(true)
            .vlan_tunnel(true)
            .bcast_flood(false)
            .group_fwd_mask(8u16)
            .neigh_suppress(true)
            .isolated(true)
            .backup_port(other)
            .mcast_eht_hosts_limit(100u32)
            .locked(true);
        if running() >= (6, 3) {
            wanted = wanted.mcast_max_groups(50u32);
        }
        if running() >= (6, 4) {
            wanted = wanted.neigh_vlan_suppress(true);
        }
        nl.links().set(port, &LinkChange::new().bridge_port(wanted.clone())).unwrap();
        let read = || {
            let link = nl.links().get(port).unwrap();
            assert_nothing_unknown(&link);
            match link.link_info.unwrap().slave_kind {
                Some(SlaveKind::Bridge(Some(port))) => *port,
                other => panic!("{other:?}"),
            }
        };
        let before = read();
        assert_eq!(wanted.changes_from(&before).unwrap(), None, "{before:#?}");
        let one = BridgePort::default().isolated(false);
        nl.links().set(port, &LinkChange::new().bridge_port(one)).unwrap();
        let mut expected = before;
        expected.isolated = Some(false);
        let calm = |mut port: BridgePort| {
            (port.message_age_timer, port.forward_delay_timer, port.hold_timer) = (None, None, None);
            port
        };
        assert_eq!(calm(read()), calm(expected));
    }
}
