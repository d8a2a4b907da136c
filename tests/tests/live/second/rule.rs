//! Rules, as `ip rule` shows them.

use netlink::Netlink;
use netlink::generated::core::AddressFamily;
use netlink::generated::core::IpProtocol;
use netlink::generated::route::route::RouteTable;
use netlink::generated::route::rule::{Rule, RuleAction, RuleFlags, RulePortRange};
use netlink::rule::RuleFilter;
use serde_json::{Value, json};

use super::{agree, tool};
use crate::harness::live;
use crate::need::program;

fn shown(nl: &Netlink, family: AddressFamily) -> Vec<Value> {
    let rules = nl
        .rules()
        .list(&RuleFilter::new().family(family))
        .unwrap()
        .into_vec()
        .unwrap();
    rules.iter().map(one).collect()
}

fn one(rule: &Rule) -> Value {
    // Single addresses come without their length.
    let long = |len: u8| {
        (len != 0
            && len
                != if rule.family == AddressFamily::INET {
                    32
                } else {
                    128
                })
        .then_some(len)
    };
    let looks_up = rule.action == RuleAction::TO_TABLE;
    json!({
        "priority": rule.priority.unwrap_or(0),
        "not": rule.flags.contains(RuleFlags::INVERT).then_some(Value::Null),
        "src": rule.src.map_or("all".to_owned(), |ip| ip.to_string()),
        "srclen": long(rule.src_len),
        "dst": rule.dst.map(|ip| ip.to_string()),
        "dstlen": long(rule.dst_len),
        "fwmark": rule.fwmark.map(|mark| format!("{mark:#x}")),
        "iif": rule.iif_name.as_ref().map(ToString::to_string),
        "oif": rule.oif_name.as_ref().map(ToString::to_string),
        "sport": rule.sport_range.map(|range| range.start),
        "dport_start": rule.dport_range.filter(|range| range.start != range.end).map(|range| range.start),
        "dport_end": rule.dport_range.filter(|range| range.start != range.end).map(|range| range.end),
        "table": looks_up.then(|| rule.table_id().unwrap_or_default().0.to_string()),
        "suppress_prefixlen": rule.suppress_prefixlen.filter(|len| *len != u32::MAX),
        "protocol": rule.protocol.map(|protocol| protocol.0.to_string()),
        "ipproto": rule.ip_proto.map(|protocol| format!("ipproto-{}", protocol.0)),
    })
}

live! {
    fn rules(nl) needs [program("ip")] {
        for family in [AddressFamily::INET, AddressFamily::INET6] {
            let (near, far) = match family {
                AddressFamily::INET => ("192.0.2.0/24", "198.51.100.7/32"),
                _ => ("2001:db8::/32", "2001:db8::7/128"),
            };
            let look = || Rule::look_in(family, RouteTable(100));
            let add = |rule: Rule| nl.rules().add(&rule).unwrap();
            add(look().from(near.parse().unwrap()).priority(1000u32).suppress_prefixlen(8u32));
            add(look().to(far.parse().unwrap()).priority(1001u32).fwmark(5u32).iif_name("lo"));
            let range = |start, end| {
                let mut range = RulePortRange::default();
                (range.start, range.end) = (start, end);
                range
            };
            let ports = look().ip_proto(IpProtocol::TCP).sport_range(range(80, 80)).dport_range(range(1000, 2000));
            add(ports.priority(1002u32).oif_name("lo"));
            let flag = if family == AddressFamily::INET { "-4" } else { "-6" };
            agree(|| tool(&format!("ip {flag} -N -j -d rule show")), || shown(nl, family));
        }
    }
}
