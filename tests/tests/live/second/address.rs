//! Addresses, as `ip address` shows them.

use ipnet::IpNet;
use netlink::addr::AddressFilter;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::addr::{AddrCache, AddrFlags, Address, Lifetime};
use netlink::generated::route::route::RouteScope;
use netlink::{Netlink, link::LinkFilter};
use serde_json::{Value, json};

use super::{agree, tool};
use crate::harness::{live, pair};
use crate::need::program;

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// All interfaces with their addresses, as the tool would show them: those of IPv4 first.
fn shown(nl: &Netlink) -> Vec<Value> {
    let links = nl
        .links()
        .list(&LinkFilter::new())
        .unwrap()
        .into_vec()
        .unwrap();
    let of = |index: u32| {
        [AddressFamily::INET, AddressFamily::INET6]
            .into_iter()
            .flat_map(move |family| {
                let filter = AddressFilter::new().link(index).family(family);
                let list = nl.addrs().list(&filter).unwrap().into_vec().unwrap();
                list.into_iter().map(|address| one(&address))
            })
    };
    let all = links.iter().map(|link| {
        json!({
            "ifindex": link.index,
            "addr_info": of(link.index).collect::<Vec<_>>(),
        })
    });
    all.collect()
}

fn one(address: &Address) -> Value {
    let flags = address.all_flags();
    // What has no key is false.
    let set = |flag| flags.contains(flag).then_some(true);
    let cache = address.cache_info.unwrap();
    json!({
        "family": if address.family == AddressFamily::INET { "inet" } else { "inet6" },
        "local": address.ip().map(|ip| ip.to_string()),
        "address": address.peer().map(|peer| peer.addr().to_string()),
        "prefixlen": address.prefix_len,
        "broadcast": address.broadcast.map(|ip| ip.to_string()),
        "scope": address.scope.0.to_string(),
        "label": address.label.as_ref().map(ToString::to_string),
        "nodad": set(AddrFlags::NODAD),
        "dynamic": (!flags.contains(AddrFlags::PERMANENT)).then_some(true),
        "deprecated": set(AddrFlags::DEPRECATED),
        "noprefixroute": set(AddrFlags::NO_PREFIX_ROUTE),
        "valid_life_time": cache.valid.0,
        "preferred_life_time": cache.preferred.0,
        "metric": address.rt_priority,
    })
}

live! {
    fn addresses(nl) needs [program("ip")] {
        let (left, right) = pair(nl, "left", "right");
        nl.links().up("lo").unwrap();
        let plain = Address::new(net("192.0.2.1/24"), left.index).implied_broadcast();
        nl.addrs().add(&plain.label("left:1")).unwrap();
        let pointed = Address::with_peer("192.0.2.1".parse().unwrap(), net("192.0.2.9/32"), right.index);
        nl.addrs().add(&pointed.scope(RouteScope::LINK)).unwrap();
        let quiet = AddrFlags::NODAD | AddrFlags::NO_PREFIX_ROUTE;
        nl.addrs().add(&Address::new(net("2001:db8::1/64"), left.index).flags(quiet)).unwrap();
        let mut hours = AddrCache::default();
        (hours.preferred, hours.valid) = (Lifetime(7200), Lifetime(72_000));
        let aged = Address::new(net("2001:db8::2/64"), left.index).flags(quiet);
        nl.addrs().add(&aged.cache_info(hours)).unwrap();
        agree(|| tool("ip -N -j -d addr show"), || shown(nl));
    }
}
