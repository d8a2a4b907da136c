//! What must not allocate does not: requests into a warm buffer, plain decodes, views.

use allocation_counter::measure;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::addr::Address;
use netlink::generated::route::link::{Link, LinkInfo, LinkKind};
use netlink::generated::route::neigh::Neighbour;
use netlink::generated::route::route::{NextHop, Route, RouteAddr, RouteMetrics};
use netlink::generated::route::rule::Rule;
use netlink::generated::route::vlan::VlanLink;
use netlink::wire::{Cx, Encoder, HwAddr, Value};
use netlink_tests::{Captured, captured};
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// Encodes once to warm the buffer, then counts.
#[track_caller]
fn encodes_for_free<T: Value>(value: &T) {
    let mut buf = Vec::new();
    value.encode(&mut Encoder::request(&mut buf)).unwrap();
    assert!(buf.len() > 16, "{} bytes say little", buf.len());
    let info = measure(|| {
        buf.clear();
        value.encode(&mut Encoder::request(&mut buf)).unwrap();
    });
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(black_box(vec![1]))).count_total, 1);
}

#[test]
fn requests_into_a_warm_buffer() {
    let vlan = LinkKind::Vlan(Some(Box::new(VlanLink::default().id(42))));
    let mut info = LinkInfo::default();
    info.kind = Some(vlan);
    encodes_for_free(
        &Link::default()
            .name("eth0.42")
            .link(2u32)
            .mtu(1500u32)
            .address(HwAddr::from([2, 0, 0, 0, 0, 1]))
            .link_info(Box::new(info)),
    );
    encodes_for_free(
        &Address::default()
            .family(AddressFamily::INET)
            .index(2)
            .local(ADDRESS)
            .address(ADDRESS)
            .label("eth0:1"),
    );
    encodes_for_free(
        &Route::default()
            .family(AddressFamily::INET)
            .dst_len(24)
            .dst(RouteAddr::Inet(ADDRESS))
            .metrics(Box::new(RouteMetrics::default().mtu(1400u32)))
            .multipath(vec![
                NextHop::default().index(2).gateway(ADDRESS),
                NextHop::default().index(3),
            ]),
    );
    encodes_for_free(
        &Rule::default()
            .family(AddressFamily::INET)
            .src_len(32)
            .src(ADDRESS)
            .iif_name("eth0")
            .priority(100u32),
    );
    encodes_for_free(
        &Neighbour::default()
            .family(AddressFamily::INET)
            .index(2)
            .dst(ADDRESS)
            .lladdr(HwAddr::from([2, 0, 0, 0, 0, 1])),
    );
}

#[test]
fn an_owned_route() {
    let route = Route::default()
        .family(AddressFamily::INET)
        .dst_len(24)
        .dst(RouteAddr::Inet(ADDRESS))
        .gateway(ADDRESS)
        .prefsrc(ADDRESS)
        .oif(2u32)
        .priority(100u32);
    let mut bytes = Vec::new();
    route.encode(&mut Encoder::request(&mut bytes)).unwrap();
    let mut decoded = None;
    let info = measure(|| decoded = Some(Route::decode(&bytes, Cx::from_kernel()).unwrap()));
    assert_eq!(info.count_total, 0, "{info:?}");
    assert_eq!(decoded, Some(route));
}

/// The longest message of a type that the kernel sent.
fn longest(kind: u16) -> Captured {
    captured(include_str!("../data/route.hex"))
        .into_iter()
        .filter(|message| message.kind == kind && !message.to_kernel)
        .max_by_key(|message| message.body.len())
        .unwrap()
}

#[test]
fn views_of_a_link() {
    let message = longest(16);
    let mut sum = 0;
    let info = measure(|| {
        let link = Link::view(&message.body, Cx::from_kernel()).unwrap();
        sum += u64::from(link.index());
        sum += u64::from(link.mtu().unwrap().unwrap_or(0));
        sum += link.name().unwrap().map_or(0, |name| name.len() as u64);
        let _ = black_box((
            link.flags(),
            link.oper_state(),
            link.address(),
            link.stats(),
            link.af_spec(),
            link.carrier(),
        ));
        if let Some(info) = link.link_info().unwrap() {
            let _ = black_box((info.kind().unwrap(), info.slave_kind().unwrap()));
        }
        if let Some(props) = link.prop_list().unwrap() {
            sum += props
                .alt_name()
                .unwrap()
                .map(|name| name.unwrap().len() as u64)
                .sum::<u64>();
        }
        sum += link.attributes().count() as u64;
    });
    assert_eq!(
        info.count_total,
        0,
        "{info:?} in {} bytes of {}",
        message.body.len(),
        message.origin
    );
    assert!(sum > 0);
}

#[test]
fn views_of_a_route() {
    let message = longest(24);
    let mut sum = 0;
    let info = measure(|| {
        let route = Route::view(&message.body, Cx::from_kernel()).unwrap();
        sum += u64::from(route.dst_len());
        let gateway: Option<IpAddr> = route.gateway().unwrap();
        sum += u64::from(gateway.is_some());
        let _ = black_box((
            route.dst(),
            route.oif(),
            route.priority(),
            route.cache_info(),
            route.encap(),
            route.via(),
        ));
        if let Some(metrics) = route.metrics().unwrap() {
            let _ = black_box((metrics.mtu(), metrics.cc_algo()));
        }
        for hop in route.multipath().unwrap().into_iter().flatten() {
            let hop = hop.unwrap();
            let _ = black_box((hop.gateway(), hop.encap()));
            sum += u64::from(hop.index());
        }
        sum += route.attributes().count() as u64;
    });
    assert_eq!(
        info.count_total,
        0,
        "{info:?} in {} bytes of {}",
        message.body.len(),
        message.origin
    );
    assert!(sum > 0);
}
