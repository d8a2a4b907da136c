//! Routes.

use std::net::IpAddr;

use ipnet::IpNet;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::route::{
    NextHop, Route, RouteFlags, RouteKind, RouteMetrics, RouteProtocol, RouteScope, RouteTable,
};
use netlink::route::RouteFilter;
use netlink::{Address, Netlink};

use crate::harness::{live, pair, refused};

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A pair whose left end is in 192.0.2.0/24 and 2001:db8::/64; hands out its index.
fn network(nl: &Netlink) -> u32 {
    let (left, _) = pair(nl, "left", "right");
    nl.addrs()
        .add(&Address::new(net("192.0.2.1/24"), left.index))
        .unwrap();
    // Without duplicate address detection, or the address could not be used for a second.
    let v6 = Address::new(net("2001:db8::1/64"), left.index);
    let nodad = netlink::generated::route::addr::AddrFlags::NODAD;
    nl.addrs().add(&v6.flags(nodad)).unwrap();
    left.index
}

fn only(nl: &Netlink, filter: &RouteFilter) -> Route {
    let mut routes = nl.routes().list(filter).unwrap().into_vec().unwrap();
    assert_eq!(routes.len(), 1, "{routes:#?}");
    routes.remove(0)
}

live! {
    fn add_replace_append_delete(nl) {
        let left = network(nl);
        let target = net("198.51.100.0/24");
        let route = Route::to(target).through(ip("192.0.2.254")).protocol(RouteProtocol::STATIC);
        nl.routes().add(&route).unwrap();
        assert!(refused(nl.routes().add(&route)).is_exists());
        let filter = RouteFilter::main().destination(target);
        let read = only(nl, &filter);
        assert_eq!((read.destination(), read.next_hop_ip()), (Some(target), Some(ip("192.0.2.254"))));
        assert_eq!((read.oif, read.protocol), (Some(left), RouteProtocol::STATIC));
        assert_eq!(read.table_id(), RouteTable::MAIN);

        nl.routes().replace(&route.clone().through(ip("192.0.2.253"))).unwrap();
        assert_eq!(only(nl, &filter).next_hop_ip(), Some(ip("192.0.2.253")));
        nl.routes().append(&route.through(ip("192.0.2.252"))).unwrap();
        assert_eq!(nl.routes().list(&filter).unwrap().into_vec().unwrap().len(), 2);
        // A pattern removes one at a time, whatever it leads through.
        nl.routes().delete(&Route::like(target)).unwrap();
        let rest = only(nl, &filter);
        nl.routes().delete(&rest).unwrap();
        assert!(refused(nl.routes().delete(&Route::like(target))).is_not_found());
    }

    fn direct_routes_lead_to_gateways(nl) {
        let left = network(nl);
        let near = net("203.0.113.0/24");
        nl.routes().add(&Route::to(near).dev(left)).unwrap();
        nl.routes().add(&Route::to(net("198.51.100.0/24")).through(ip("203.0.113.1"))).unwrap();
        assert_eq!(only(nl, &RouteFilter::new().destination(near)).scope, RouteScope::LINK);
        nl.routes().delete(&Route::like(near)).unwrap();
    }

    fn default_routes(nl) {
        network(nl);
        for (family, gateway) in [
            (AddressFamily::INET, "192.0.2.254"),
            (AddressFamily::INET6, "2001:db8::fe"),
        ] {
            nl.routes().add(&Route::default_of(family).through(ip(gateway))).unwrap();
            let any = Route::default_of(family).destination().unwrap();
            let read = only(nl, &RouteFilter::main().destination(any));
            assert!(read.is_default());
            assert_eq!(read.destination(), Some(any));
        }
        let found = nl.routes().get(ip("8.8.8.8")).unwrap();
        assert_eq!(found.next_hop_ip(), Some(ip("192.0.2.254")));
    }

    fn look_ups(nl) {
        let left = network(nl);
        let found = nl.routes().get(ip("192.0.2.77")).unwrap();
        assert_eq!((found.oif, found.prefsrc), (Some(left), Some(ip("192.0.2.1"))));
        assert_eq!(found.table_id(), RouteTable::MAIN);
        assert!(found.is_cloned());
        let found = nl.routes().get(ip("2001:db8::77")).unwrap();
        assert_eq!(found.oif, Some(left));
        let question = Route::default()
            .dst(netlink::generated::route::route::RouteAddr::from(ip("192.0.2.77")))
            .dst_len(32u8)
            .flags(RouteFlags::FIB_MATCH);
        let entry = nl.routes().look_up(&question).unwrap();
        assert_eq!(entry.destination(), Some(net("192.0.2.0/24")));
        let error = refused(nl.routes().get(ip("8.8.8.8")));
        assert_eq!(error.errno().unwrap().name(), Some("ENETUNREACH"));
    }

    fn tables_of_any_size(nl) {
        let left = network(nl);
        let target = net("198.51.100.0/24");
        for table in [RouteTable(100), RouteTable(70_000)] {
            nl.routes().add(&Route::to(target).dev(left).in_table(table)).unwrap();
            let read = only(nl, &RouteFilter::new().table(table));
            assert_eq!((read.table_id(), read.destination()), (table, Some(target)));
            nl.routes().delete(&Route::like(target).in_table(table)).unwrap();
        }
        // A table that does not exist has no routes, in one family and in all.
        let none = RouteFilter::new().table(RouteTable(4711));
        for filter in [none.clone().family(AddressFamily::INET), none.clone().family(AddressFamily::INET6), none] {
            assert!(nl.routes().list(&filter).unwrap().into_vec().unwrap().is_empty());
        }
    }

    fn several_next_hops(nl) {
        let left = network(nl);
        let hops = vec![
            NextHop::through(ip("192.0.2.10")).index(left).weight(3),
            NextHop::through(ip("192.0.2.11")).index(left),
        ];
        let target = net("198.51.100.0/24");
        nl.routes().add(&Route::to(target).multipath(hops)).unwrap();
        let read = only(nl, &RouteFilter::main().oif(left).destination(target));
        let hops = read.multipath.as_ref().unwrap();
        let gateways: Vec<_> = hops.iter().map(|hop| (hop.gateway.unwrap(), hop.hops)).collect();
        assert_eq!(gateways, [(ip("192.0.2.10"), 2), (ip("192.0.2.11"), 0)]);
    }

    fn a_gateway_of_the_other_family(nl) {
        let left = network(nl);
        let target = net("198.51.100.0/24");
        nl.routes().add(&Route::to(target).through(ip("2001:db8::fe")).dev(left)).unwrap();
        let read = only(nl, &RouteFilter::main().destination(target));
        assert_eq!((read.gateway, read.next_hop_ip()), (None, Some(ip("2001:db8::fe"))));
    }

    fn filters_agree_with_the_kernel(nl) {
        let left = network(nl);
        let plain = Route::to(net("198.51.100.0/24")).dev(left);
        nl.routes().add(&plain.clone().protocol(RouteProtocol::STATIC)).unwrap();
        nl.routes().add(&Route::to(net("198.51.101.0/24")).kind(RouteKind::BLACKHOLE)).unwrap();
        // IPv4 only: IPv6 adds local routes by itself a moment after an interface came up.
        let v4 = || RouteFilter::new().family(AddressFamily::INET);
        let all = nl.routes().list(&v4()).unwrap().into_vec().unwrap();
        let count = |filter: &RouteFilter| nl.routes().list(filter).unwrap().into_vec().unwrap().len();
        let wanted = |test: fn(&Route) -> bool| all.iter().filter(|route| test(route)).count();
        assert_eq!(
            count(&v4().protocol(RouteProtocol::STATIC)),
            wanted(|route| route.protocol == RouteProtocol::STATIC)
        );
        assert_eq!(count(&v4().kind(RouteKind::BLACKHOLE)), 1);
        assert_eq!(
            count(&v4().table(RouteTable::MAIN).scope(RouteScope::LINK)),
            wanted(|route| route.table_id() == RouteTable::MAIN && route.scope == RouteScope::LINK)
        );
        assert_eq!(
            count(&v4().table(RouteTable::LOCAL)),
            wanted(|route| route.table_id() == RouteTable::LOCAL)
        );
        let mut seen = 0;
        let scanned = nl.routes().scan(&v4(), |_| seen += 1).unwrap();
        assert_eq!((scanned.into_count().unwrap(), seen), (all.len(), all.len()));
        assert!(refused(nl.routes().list(&RouteFilter::new().oif(4711))).is_not_found());
    }

    fn a_change_changes_just_that(nl) {
        network(nl);
        let target = net("198.51.100.0/24");
        let metrics = RouteMetrics::default().mtu(1400u32).advmss(1300u32);
        let route = Route::to(target).through(ip("192.0.2.254")).metrics(metrics);
        nl.routes().add(&route.priority(50u32)).unwrap();
        let filter = RouteFilter::main().destination(target);
        let before = only(nl, &filter);
        let mut wanted = before.clone();
        wanted.metrics.as_mut().unwrap().mtu = Some(1380);
        nl.routes().replace(&wanted).unwrap();
        assert_eq!(only(nl, &filter), wanted);
        wanted.prefsrc = Some(ip("192.0.2.1"));
        nl.routes().replace(&wanted).unwrap();
        assert_eq!(only(nl, &filter), wanted);
    }

    fn errors_name_the_attribute(nl) {
        network(nl);
        let far = Route::to(net("198.51.100.0/24")).through(ip("203.0.113.1"));
        let error = refused(nl.routes().add(&far));
        assert!(error.kernel_message().is_some(), "{error}");
        let missing = Route::to(net("198.51.100.0/24")).dev(4711);
        assert!(refused(nl.routes().add(&missing)).is_not_found());
    }
}
