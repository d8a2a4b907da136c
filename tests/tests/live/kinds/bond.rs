//! Bonds and their slaves.

use netlink::generated::core::{Millis, Seconds};
use netlink::generated::route::bond::{
    BondAdSelect, BondArpAllTargets, BondArpValidate, BondFailOverMac, BondLacpRate, BondLink,
    BondMode, BondPrimaryReselect, BondSlave, BondXmitPolicy,
};
use netlink::generated::route::link::{Link, LinkInfo, LinkKind, SlaveKind};
use netlink::{LinkChange, Netlink};

use super::{Trial, data, some};
use crate::harness::{live, make};
use crate::need::{link, running};

fn bond(settings: BondLink) -> Link {
    Link::of_kind("b0", LinkKind::Bond(some(settings)))
}

fn slave_of(nl: &Netlink, index: u32) -> BondSlave {
    match nl.links().get(index).unwrap().link_info.unwrap().slave_kind {
        Some(SlaveKind::Bond(Some(slave))) => *slave,
        other => panic!("{other:?}"),
    }
}

live! {
    fn active_backup(nl) needs [link("bond")] {
        let settings = BondLink::default()
            .mode(BondMode::ACTIVEBACKUP)
            .miimon(Millis(100))
            .updelay(Millis(200))
            .downdelay(Millis(400))
            .peer_notif_delay(Millis(300))
            .use_carrier(true)
            .fail_over_mac(BondFailOverMac::ACTIVE)
            .primary_reselect(BondPrimaryReselect::BETTER)
            .num_peer_notif(3u8)
            .all_slaves_active(true)
            .min_links(1u32)
            .resend_igmp(5u32);
        Trial::of(bond(settings)).run_and(nl, |link| data!(link, Bond).resend_igmp = Some(7));
    }

    fn watched_by_arp(nl) needs [link("bond")] {
        let settings = BondLink::default()
            .mode(BondMode::ACTIVEBACKUP)
            .arp_interval(Millis(100))
            .arp_ip_target(vec!["192.0.2.9".parse().unwrap()])
            .ns_ip6_target(vec!["2001:db8::9".parse().unwrap()])
            .arp_validate(BondArpValidate::ACTIVE)
            .arp_all_targets(BondArpAllTargets::ALL)
            .missed_max(4u8);
        Trial::of(bond(settings)).run_and(nl, |link| data!(link, Bond).missed_max = Some(5));
    }

    fn by_lacp(nl) needs [link("bond")] {
        let mut settings = BondLink::default()
            .mode(BondMode::IEEE8023AD)
            .miimon(Millis(100))
            .xmit_hash_policy(BondXmitPolicy::LAYER34)
            .ad_lacp_rate(BondLacpRate::FAST)
            .ad_select(BondAdSelect::BANDWIDTH)
            .ad_actor_sys_prio(100u16)
            .ad_user_port_key(7u16)
            .ad_actor_system([2, 0, 0, 0, 0, 1])
            .ad_lacp_active(false)
            .lp_interval(Seconds(10));
        if running() >= (6, 9) {
            settings = settings.coupled_control(false);
        }
        if running() >= (6, 17) {
            settings = settings.broadcast_neigh(true);
        }
        if running() >= (7, 3) {
            settings = settings.lacp_strict(true);
        }
        Trial::of(bond(settings))
            .run_and(nl, |link| data!(link, Bond).ad_lacp_rate = Some(BondLacpRate::SLOW));
    }

    fn by_turns_and_by_load(nl) needs [link("bond")] {
        let settings = BondLink::default().mode(BondMode::ROUNDROBIN).packets_per_slave(5u32);
        Trial::of(bond(settings)).run_and(nl, |link| data!(link, Bond).packets_per_slave = Some(6));
        let settings = BondLink::default().mode(BondMode::TLB).miimon(Millis(100)).tlb_dynamic_lb(false);
        Trial::of(bond(settings)).run_and(nl, |link| data!(link, Bond).miimon = Some(Millis(200)));
    }

    fn slaves(nl) needs [link("bond"), link("dummy")] {
        let settings = BondLink::default().mode(BondMode::ACTIVEBACKUP).miimon(Millis(100));
        let master = make(nl, &bond(settings));
        let one = make(nl, &Link::dummy("one").master(master.index)).index;
        make(nl, &Link::dummy("two").master(master.index));
        let before = slave_of(nl, one);
        assert_eq!((before.queue_id, before.prio), (Some(0), Some(0)));
        let change = BondSlave::default().queue_id(3u16).prio(-5);
        let info = LinkInfo::default().slave_kind(SlaveKind::Bond(some(change)));
        nl.links().set(one, &LinkChange::new().with(|link| link.link_info(info))).unwrap();
        let after = slave_of(nl, one);
        assert_eq!((after.queue_id, after.prio), (Some(3), Some(-5)));
        assert_eq!(after.perm_hwaddr, before.perm_hwaddr);
        let mut primary = BondLink::default();
        primary.primary = Some(one);
        let info = LinkInfo::default().kind(LinkKind::Bond(some(primary)));
        nl.links().set(master.index, &LinkChange::new().with(|link| link.link_info(info))).unwrap();
        let mut read = nl.links().get(master.index).unwrap();
        assert_eq!(data!(read, Bond).primary, Some(one));
    }
}
