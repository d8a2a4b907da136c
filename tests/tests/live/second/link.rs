//! Interfaces, as `ip link` shows them.

use netlink::generated::core::{ClockTicks, EtherType, Seconds};
use netlink::generated::route::bond::{BondLink, BondMode};
use netlink::generated::route::bridge::{BridgeLink, BridgePort};
use netlink::generated::route::link::{Link, LinkFlags, LinkKind, SlaveKind};
use netlink::generated::route::macvlan::MacvlanMode;
use netlink::generated::route::vlan::VlanLink;
use netlink::generated::route::vxlan::VxlanLink;
use netlink::link::LinkFilter;
use netlink::{LinkChange, Netlink};
use serde_json::{Value, json};

use super::{agree, flag_names, names, tool};
use crate::harness::{live, make, pair};
use crate::need::{link, program};

/// All interfaces as the tool would show them.
fn shown(nl: &Netlink) -> Vec<Value> {
    let names = names(nl);
    let name = |index: Option<u32>| index.and_then(|index| names.get(&index).cloned());
    let links = nl
        .links()
        .list(&LinkFilter::new())
        .unwrap()
        .into_vec()
        .unwrap();
    links
        .iter()
        .map(|link| {
            let info = link.link_info.as_ref();
            json!({
                "ifindex": link.index,
                "ifname": link.name.as_ref().map(ToString::to_string),
                "flags": flags(link.flags),
                "link": name(link.link),
                "master": name(link.master),
                "mtu": link.mtu,
                "qdisc": link.qdisc.as_ref().map(ToString::to_string),
                "operstate": link.oper_state.map(|state| format!("{state:?}")),
                "linkmode": link.link_mode.map(|mode| format!("{mode:?}")),
                "group": link.group.map(|group| group.to_string()),
                "txqlen": link.txqlen,
                "link_type": format!("[{}]", link.hw_type.0),
                "address": link.address.as_ref().map(ToString::to_string),
                "broadcast": link.broadcast.as_ref().map(ToString::to_string),
                "promiscuity": link.promiscuity,
                "min_mtu": link.min_mtu,
                "max_mtu": link.max_mtu,
                "num_tx_queues": link.num_tx_queues,
                "num_rx_queues": link.num_rx_queues,
                "gso_max_size": link.gso_max_size,
                "gso_max_segs": link.gso_max_segs,
                "ifalias": link.alias.as_ref().map(ToString::to_string),
                "linkinfo": {
                    "info_kind": link.kind_name().map(|kind| kind.to_string()),
                    "info_data": link.link_kind().map(|kind| settings(kind, &name)),
                    "info_slave_data": info.and_then(|info| info.slave_kind.as_ref()).map(port),
                },
            })
        })
        .collect()
}

/// Flags as the tool shows them: it says what is missing where a running interface has no carrier.
fn flags(flags: LinkFlags) -> Vec<String> {
    let mut names = flag_names(&(flags - LinkFlags::RUNNING));
    if flags.contains(LinkFlags::UP) && !flags.contains(LinkFlags::RUNNING) {
        names.push("NO-CARRIER".to_owned());
    }
    // The tool has its own order.
    names.sort();
    names
}

fn settings(kind: &LinkKind, name: &impl Fn(Option<u32>) -> Option<String>) -> Value {
    match kind {
        LinkKind::Bridge(Some(bridge)) => json!({
            "forward_delay": bridge.forward_delay.map(|ticks| ticks.0),
            "hello_time": bridge.hello_time.map(|ticks| ticks.0),
            "max_age": bridge.max_age.map(|ticks| ticks.0),
            "ageing_time": bridge.ageing_time.map(|ticks| ticks.0),
            "stp_state": bridge.stp_state.map(|stp| stp.0),
            "priority": bridge.priority,
            "vlan_filtering": bridge.vlan_filtering.map(u8::from),
            "group_addr": bridge.group_addr.map(|address| address.to_string()),
            "mcast_snooping": bridge.mcast_snooping.map(u8::from),
            "mcast_router": bridge.mcast_router.map(|router| router.0),
            "mcast_querier": bridge.mcast_querier.map(u8::from),
            "mcast_hash_max": bridge.mcast_hash_max,
            "mcast_last_member_intvl": bridge.mcast_last_member_intvl.map(|ticks| ticks.0),
            "mcast_igmp_version": bridge.mcast_igmp_version,
            "nf_call_iptables": bridge.nf_call_iptables.map(u8::from),
        }),
        LinkKind::Vxlan(Some(vxlan)) => json!({
            "id": vxlan.id,
            "group": vxlan.group.map(|group| group.to_string()),
            "local": vxlan.local.map(|local| local.to_string()),
            "link": name(vxlan.link),
            "port": vxlan.port,
            "learning": vxlan.learning,
            "ageing": vxlan.ageing.map(|age| age.0),
            "ttl": vxlan.ttl,
            "limit": vxlan.limit.filter(|limit| *limit != 0),
            "udp_csum": vxlan.udp_csum,
            "udp_zero_csum6_rx": vxlan.udp_zero_csum6_rx,
        }),
        LinkKind::Vlan(Some(vlan)) => json!({
            "id": vlan.id,
            "protocol": vlan.protocol.map(|protocol| format!("[{}]", protocol.0)),
            "flags": vlan.flags.map(|flags| flag_names(&flags.flags)),
        }),
        LinkKind::Macvlan(Some(macvlan)) => json!({
            "mode": macvlan.mode.map(|mode| format!("{mode:?}").to_lowercase()),
            "bcqueuelen": macvlan.bc_queue_len,
        }),
        LinkKind::Bond(Some(bond)) => json!({
            "mode": bond.mode.map(|mode| match mode {
                BondMode::ACTIVEBACKUP => "active-backup",
                _ => "balance-rr",
            }),
            "miimon": bond.miimon.map(|time| time.0),
            "updelay": bond.updelay.map(|time| time.0),
            "resend_igmp": bond.resend_igmp,
            "min_links": bond.min_links,
            "lp_interval": bond.lp_interval.map(|time| time.0),
            "num_peer_notif": bond.num_peer_notif,
        }),
        _ => Value::Null,
    }
}

fn port(kind: &SlaveKind) -> Value {
    match kind {
        SlaveKind::Bridge(Some(port)) => json!({
            "state": port.state.map(|state| format!("{state:?}").to_lowercase()),
            "priority": port.priority,
            "cost": port.cost,
            "hairpin": port.mode.map(|mode| mode.0 != 0),
            "guard": port.guard,
            "root_block": port.protect,
            "fastleave": port.fast_leave,
            "learning": port.learning,
            "flood": port.unicast_flood,
            "mcast_flood": port.mcast_flood,
            "bcast_flood": port.bcast_flood,
            "isolated": port.isolated,
            "neigh_suppress": port.neigh_suppress,
            "vlan_tunnel": port.vlan_tunnel,
            "multicast_router": port.multicast_router.map(|router| router.0),
            "designated_port": port.designated_port,
            "id": port.port_id.map(|id| format!("{id:#x}")),
        }),
        _ => Value::Null,
    }
}

/// What the tool shows, with flags in order of the alphabet.
fn theirs() -> Vec<serde_json::Map<String, Value>> {
    let mut links = tool("ip -N -j -d link show");
    for link in &mut links {
        if let Some(Value::Array(flags)) = link.get_mut("flags") {
            flags.sort_by_key(ToString::to_string);
        }
    }
    links
}

live! {
    fn links(nl) needs [program("ip")] {
        let settings = BridgeLink::default().ageing_time(ClockTicks(12_300)).mcast_igmp_version(3u8).priority(4096u16);
        let bridge = make(nl, &Link::bridge_with("br0", settings).mtu(1400u32).set_up());
        let (left, _) = pair(nl, "left", "right");
        nl.links().alias("left", "to the right").unwrap();
        nl.links().master("left", bridge.index).unwrap();
        let settings = BridgePort::default().isolated(true).learning(false).cost(77u32).multicast_router(
            netlink::generated::route::bridge::BridgeMcastRouter::PERM,
        );
        nl.links().set(left.index, &LinkChange::new().bridge_port(settings)).unwrap();
        nl.links().promiscuous("right", true).unwrap();
        nl.links().up("lo").unwrap();
        agree(theirs, || shown(nl));
    }

    fn kinds(nl) needs [program("ip"), link("dummy"), link("vlan"), link("vxlan"), link("macvlan"), link("bond")] {
        let below = make(nl, &Link::dummy("below").set_up().group(7u32)).index;
        let vlan = VlanLink::default().id(7u16).protocol(EtherType::DOT1AD);
        make(nl, &Link::of_kind("v7", LinkKind::Vlan(Some(Box::new(vlan)))).link(below));
        let vxlan = VxlanLink::default()
            .id(42u32)
            .group([239, 1, 1, 1])
            .local([192, 0, 2, 1])
            .link(below)
            .port(4789u16)
            .ttl(9u8)
            .limit(100u32)
            .ageing(Seconds(100));
        make(nl, &Link::vxlan_with("vx0", vxlan));
        make(nl, &Link::macvlan("mv0", below, MacvlanMode::PRIVATE));
        let bond = BondLink::default()
            .mode(BondMode::ACTIVEBACKUP)
            .miimon(netlink::generated::core::Millis(100))
            .updelay(netlink::generated::core::Millis(200))
            .num_peer_notif(3u8);
        make(nl, &Link::of_kind("b0", LinkKind::Bond(Some(Box::new(bond)))));
        agree(theirs, || shown(nl));
    }
}
