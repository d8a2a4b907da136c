//! Routes, as `ip route` shows them.

use std::collections::BTreeMap;

use ipnet::IpNet;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::addr::AddrFlags;
use netlink::generated::route::route::{
    NextHop, NextHopFlags, Route, RouteKind, RouteMetrics, RouteProtocol, RouteTable,
};
use netlink::route::RouteFilter;
use netlink::{Address, Netlink};
use serde_json::{Value, json};

use super::{agree, flag_names, names, tool};
use crate::harness::{live, pair};
use crate::need::program;

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// The routes of a family as the tool would show them.
fn shown(nl: &Netlink, family: AddressFamily) -> Vec<Value> {
    let names = names(nl);
    let routes = nl
        .routes()
        .list(&RouteFilter::new().family(family))
        .unwrap()
        .into_vec()
        .unwrap();
    routes.iter().map(|route| one(route, &names)).collect()
}

fn one(route: &Route, names: &BTreeMap<u32, String>) -> Value {
    let hops = route.multipath.as_ref().map(|hops| {
        let hops = hops.iter().map(|hop| {
            json!({
                "gateway": hop.gateway.map(|ip| ip.to_string()),
                "dev": names.get(&hop.index),
                "weight": u32::from(hop.hops) + 1,
                "flags": flags(hop.flags),
            })
        });
        hops.collect::<Vec<_>>()
    });
    let metrics = route.metrics.as_ref().map(|metrics| {
        json!([{
            "mtu": metrics.mtu,
            "advmss": metrics.advmss,
            "initcwnd": metrics.initcwnd,
        }])
    });
    json!({
        "type": route.kind.0.to_string(),
        "dst": destination(route),
        "gateway": route.gateway.map(|ip| ip.to_string()),
        "dev": route.oif.and_then(|index| names.get(&index)),
        "table": route.table_id().0.to_string(),
        "protocol": route.protocol.0.to_string(),
        "scope": route.scope.0.to_string(),
        "prefsrc": route.prefsrc.map(|ip| ip.to_string()),
        "metric": route.priority,
        "tos": (route.tos != 0).then(|| format!("{:#04x}", route.tos)),
        "metrics": metrics,
        "nexthops": hops,
        "pref": route.pref.map(|pref| format!("{pref:?}").to_lowercase()),
    })
}

/// Single addresses come without their length.
fn destination(route: &Route) -> String {
    let net = route.destination().unwrap();
    match net.prefix_len() {
        0 => "default".to_owned(),
        len if len == net.max_prefix_len() => net.addr().to_string(),
        _ => net.to_string(),
    }
}

fn flags(flags: NextHopFlags) -> Vec<String> {
    flag_names(&flags)
        .iter()
        .map(|name| name.to_lowercase())
        .collect()
}

live! {
    fn routes(nl) needs [program("ip")] {
        let (left, _) = pair(nl, "left", "right");
        let ip = |text: &str| text.parse().unwrap();
        nl.addrs().add(&Address::new(net("192.0.2.1/24"), left.index)).unwrap();
        nl.addrs().add(&Address::new(net("2001:db8::1/64"), left.index).flags(AddrFlags::NODAD)).unwrap();
        let add = |route: Route| nl.routes().add(&route).unwrap();
        let metrics = RouteMetrics::default().mtu(1400u32).advmss(1300u32).initcwnd(20u32);
        add(Route::to(net("198.51.100.0/24")).through(ip("192.0.2.254")).metrics(metrics).priority(50u32));
        add(Route::to(net("198.51.101.0/24")).dev(left.index).in_table(RouteTable(70_000)).tos(0x10u8));
        add(Route::to(net("198.51.102.7/32")).kind(RouteKind::BLACKHOLE).protocol(RouteProtocol::STATIC));
        add(Route::default_of(AddressFamily::INET).through(ip("192.0.2.253")).prefsrc(ip("192.0.2.1")));
        let hops = || vec![
            NextHop::through(ip("192.0.2.10")).index(left.index).weight(3),
            NextHop::through(ip("192.0.2.11")).index(left.index),
        ];
        add(Route::to(net("198.51.103.0/24")).multipath(hops()));
        add(Route::to(net("2001:db8:1::/48")).through(ip("2001:db8::fe")).priority(10u32));
        add(Route::default_of(AddressFamily::INET6).through(ip("2001:db8::fd")));
        add(Route::to(net("2001:db8:2::/48")).kind(RouteKind::PROHIBIT));
        agree(|| tool("ip -N -j -d -4 route show table all"), || shown(nl, AddressFamily::INET));
        agree(|| tool("ip -N -j -d -6 route show table all"), || shown(nl, AddressFamily::INET6));
    }
}
