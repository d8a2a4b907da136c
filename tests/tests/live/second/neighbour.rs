//! Neighbours, as `ip neigh` and `bridge fdb` show them.

use std::collections::BTreeMap;

use netlink::generated::core::AddressFamily;
use netlink::generated::route::link::Link;
use netlink::generated::route::neigh::{NeighFlags, NeighState, Neighbour};
use netlink::neigh::NeighbourFilter;
use serde_json::{Value, json};

use super::{agree, flag_names, names, tool};
use crate::harness::{live, make, pair};
use crate::need::{link, program};

/// An entry as `ip neigh` would show it.
fn neighbour(entry: &Neighbour, names: &BTreeMap<u32, String>) -> Value {
    json!({
        "dst": entry.dst.map(|ip| ip.to_string()),
        "dev": names.get(&entry.index),
        "lladdr": entry.lladdr.as_ref().map(ToString::to_string),
        "router": entry.flags.contains(NeighFlags::ROUTER).then_some(Value::Null),
        "state": flag_names(&entry.state),
    })
}

/// An entry as `bridge fdb` would show it.
fn fdb(entry: &Neighbour, names: &BTreeMap<u32, String>) -> Value {
    let flags: Vec<&str> = [(NeighFlags::OWN, "self"), (NeighFlags::MASTER, "master")]
        .into_iter()
        .filter(|(flag, _)| entry.flags.contains(*flag))
        .map(|(_, name)| name)
        .collect();
    json!({
        "mac": entry.lladdr.as_ref().map(ToString::to_string),
        "ifname": names.get(&entry.index),
        "dst": entry.dst.map(|ip| ip.to_string()),
        "vlan": entry.vlan,
        "flags": flags,
        "master": entry.master.and_then(|index| names.get(&index)),
        "state": if entry.state.contains(NeighState::PERMANENT) {
            "permanent"
        } else if entry.state.contains(NeighState::NOARP) {
            "static"
        } else {
            ""
        },
    })
}

live! {
    fn neighbours(nl) needs [program("ip")] {
        let (left, right) = pair(nl, "left", "right");
        for (address, last) in [("192.0.2.9", 9), ("192.0.2.10", 10), ("2001:db8::9", 11)] {
            let entry = Neighbour::permanent(left.index, address.parse().unwrap(), [2, 0, 0, 0, 0, last]);
            nl.neighs().add(&entry).unwrap();
        }
        let mut stale = Neighbour::permanent(right.index, "192.0.2.77".parse().unwrap(), [2, 0, 0, 0, 0, 7]);
        stale.state = NeighState::STALE;
        nl.neighs().add(&stale).unwrap();
        for (flag, family) in [("-4", AddressFamily::INET), ("-6", AddressFamily::INET6)] {
            let names = names(nl);
            agree(
                || tool(&format!("ip {flag} -N -j neigh show")),
                || {
                    let filter = NeighbourFilter::new().family(family);
                    let list = nl.neighs().list(&filter).unwrap().into_vec().unwrap();
                    // The tool leaves those out that need no resolution.
                    let list = list.iter().filter(|entry| entry.state != NeighState::NOARP);
                    list.map(|entry| neighbour(entry, &names)).collect()
                },
            );
        }
    }

    fn forwarding(nl) needs [program("bridge"), link("bridge"), link("vxlan")] {
        let bridge = make(nl, &Link::bridge("br0").set_up());
        let left = make(nl, &Link::veth("left", "right").master(bridge.index).set_up());
        nl.neighs().add(&Neighbour::fdb(left.index, [2, 0, 0, 0, 0, 9])).unwrap();
        let vxlan = make(nl, &Link::vxlan("vx0", 42));
        let far = "192.0.2.1".parse().unwrap();
        nl.neighs().append(&Neighbour::vxlan_fdb(vxlan.index, [2, 0, 0, 0, 0, 8], far)).unwrap();
        let names = names(nl);
        agree(
            || tool("bridge -j fdb show"),
            || {
                let list = nl.neighs().list(&NeighbourFilter::fdb()).unwrap().into_vec().unwrap();
                list.iter().map(|entry| fdb(entry, &names)).collect()
            },
        );
    }
}
