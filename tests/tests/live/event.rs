//! Events of the real kernel.

use std::time::Duration;

use netlink::event::{Change, Event, Groups, Notice, Subscription};
use netlink::generated::route::group::RouteGroup;
use netlink::netns::NetNs;
use netlink::{Address, Link, Netlink, Route, Rule};

use crate::harness::{live, make, pair, refused};

const SOON: Duration = Duration::from_millis(150);

/// Everything that came until nothing came any more.
fn heard(events: &mut Subscription) -> Vec<Notice> {
    std::iter::from_fn(|| events.next_within(SOON).unwrap()).collect()
}

live! {
    fn every_object_has_its_events(nl) {
        let groups = Groups::new().links().addrs().routes().rules().neighs().net_ns_ids().group(RouteGroup::TC.0);
        let mut events = nl.subscribe(&groups).unwrap();
        let (left, _) = pair(nl, "left", "right");
        let address = Address::new("192.0.2.1/24".parse().unwrap(), left.index);
        nl.addrs().add(&address).unwrap();
        let route = Route::to("198.51.100.0/24".parse().unwrap()).through("192.0.2.9".parse().unwrap());
        nl.routes().add(&route).unwrap();
        nl.routes().delete(&route).unwrap();
        let rule = Rule::default().family(netlink::generated::core::AddressFamily::INET).priority(77u32).table8(netlink::generated::route::route::RouteTable::MAIN)
            .action(netlink::generated::route::rule::RuleAction::TO_TABLE);
        nl.rules().add(&rule).unwrap();
        nl.rules().delete(&rule).unwrap();
        let other = NetNs::create().unwrap();
        nl.net_ns_ids().add(&other, Some(5)).unwrap();
        nl.addrs().delete(&address).unwrap();
        nl.links().delete("left").unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for notice in heard(&mut events) {
            assert_eq!(notice.nsid, None);
            seen.insert(match notice.event {
                Event::Link(change, link) => format!("{change:?} link {}", link.name.unwrap()),
                Event::Address(change, address) if address.family == netlink::generated::core::AddressFamily::INET => format!("{change:?} address"),
                Event::Route(change, route) if route.destination() == Some("198.51.100.0/24".parse().unwrap()) => format!("{change:?} route"),
                Event::Rule(change, rule) => format!("{change:?} rule {:?}", rule.priority),
                Event::NetNsId(change, id) => format!("{change:?} id {:?}", id.id()),
                Event::Overrun | Event::Undecodable(_) => panic!("nothing is lost here"),
                _ => continue,
            });
        }
        for wanted in [
            "New link left", "Deleted link left", "New link right", "New address", "Deleted address", "New route",
            "Deleted route", "New rule Some(77)", "Deleted rule Some(77)", "New id Some(5)",
        ] {
            assert!(seen.contains(wanted), "{wanted} is missing: {seen:?}");
        }
    }

    fn an_overrun_is_an_event(nl) {
        let mut events = nl.subscribe(&Groups::new().links().receive_buffer(8192)).unwrap();
        assert!(events.receive_buffer() <= 16384, "{}", events.receive_buffer());
        make(nl, &Link::bridge("br0"));
        // Of an interface that is down the kernel does not tell.
        nl.links().up("br0").unwrap();
        for number in 0..200 {
            nl.links().alias("br0", format!("number {number}")).unwrap();
        }
        let heard = heard(&mut events);
        assert!(heard.iter().any(|notice| matches!(notice.event, Event::Overrun)));
        // It goes on after that.
        nl.links().delete("br0").unwrap();
        let last = self::heard(&mut events).pop().unwrap();
        assert!(matches!(last.event, Event::Link(Change::Deleted, _)));
    }

    fn other_namespaces_by_id(nl) {
        let other = NetNs::create().unwrap();
        nl.net_ns_ids().add(&other, Some(9)).unwrap();
        let groups = Groups::new().links().all_namespaces();
        let mut events = match nl.subscribe(&groups) {
            Ok(events) => events,
            Err(error) => panic!("{error}"),
        };
        let there = Netlink::in_namespace(&other).unwrap();
        there.links().add(&Link::bridge("away")).unwrap();
        nl.links().add(&Link::bridge("here")).unwrap();
        let mut seen: Vec<_> = heard(&mut events).into_iter().filter_map(|notice| match notice.event {
            Event::Link(Change::New, link) => Some((link.name.unwrap().to_string(), notice.nsid)),
            _ => None,
        }).collect();
        seen.dedup();
        assert!(seen.contains(&("away".into(), Some(9))) && seen.contains(&("here".into(), None)), "{seen:?}");
    }

    fn groups_that_do_not_exist(nl) {
        assert!(refused(nl.subscribe(&Groups::new().group(5000))).is_not_found() || refused(nl.subscribe(&Groups::new().group(5000))).is_invalid());
    }
}
