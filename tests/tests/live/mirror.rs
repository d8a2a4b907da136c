//! Mirrors against what a fresh list says, after all that can happen to them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use netlink::exec::Lister;
use netlink::generated::core::AddressFamily;
use netlink::generated::route::neigh::NeighState;
use netlink::generated::route::route::{NextHop, RouteTable};
use netlink::generated::route::rule::RuleAction;
use netlink::mirror::{Addresses, Changed, Links, Mirror, Mirrored, Neighbours, Routes, Rules};
use netlink::{Address, Link, Neighbour, Netlink, Route, Rule};

use crate::harness::{live, make, pair};

const QUIET: Duration = Duration::from_millis(200);

/// What lists say, as a mirror would keep it.
fn listed<M: Mirrored>(nl: &Netlink, what: &M) -> BTreeMap<M::Key, M::Item> {
    let lists = what
        .parts()
        .into_iter()
        .flat_map(|listing| nl.list(listing).unwrap().into_vec().unwrap());
    lists.filter_map(|item| what.settle(item)).collect()
}

/// Takes in what happened, until nothing does any more, and compares.
fn assert_converges<M: Mirrored + Default>(nl: &Netlink, mirror: &mut Mirror<M>) {
    let start = Instant::now();
    loop {
        while !mirror.update(QUIET).unwrap().is_empty() {}
        let wanted = listed(nl, &M::default());
        let have: BTreeMap<_, _> = mirror
            .table()
            .iter()
            .map(|(key, item)| (key.clone(), item.clone()))
            .collect();
        if have == wanted && mirror.table().is_current() {
            return;
        }
        // A timer of the kernel may have struck in between; what lasts is a fault.
        if start.elapsed() > Duration::from_secs(10) {
            for (key, item) in &wanted {
                if have.get(key) != Some(item) {
                    println!("the kernel has {item:?}\nthe mirror {:?}", have.get(key));
                }
            }
            for key in have.keys().filter(|key| !wanted.contains_key(key)) {
                println!("the mirror alone has {key:?}");
            }
            panic!("the mirror and the kernel disagree");
        }
    }
}

/// Follows a mirror's reports, to see that they add up to its table.
fn follow<M: Mirrored>(known: &mut BTreeMap<M::Key, M::Item>, changes: Vec<Changed<M>>) {
    for changed in changes {
        match changed {
            Changed::Added { key, new } => assert!(known.insert(key, new).is_none()),
            Changed::Replaced { key, old, new } => assert_eq!(known.insert(key, new), Some(old)),
            Changed::Removed { key, old } => assert_eq!(known.remove(&key), Some(old)),
        }
    }
}

fn destination(number: u32) -> IpNet {
    IpNet::new(Ipv4Addr::from(0x0a00_0000 + (number << 8)).into(), 24).unwrap()
}

live! {
    fn links_come_change_and_go(nl) {
        let mut mirror = nl.mirror(Links::new()).unwrap();
        assert_eq!(mirror.table().len(), 1);
        make(nl, &Link::bridge("br0"));
        pair(nl, "left", "right");
        nl.links().master("left", nl.links().get("br0").unwrap().index).unwrap();
        assert_converges(nl, &mut mirror);
        assert_eq!(mirror.table().len(), 4);
        nl.links().no_master("left").unwrap();
        nl.links().add_alt_name("left", "another-name").unwrap();
        nl.links().mtu("right", 1300).unwrap();
        nl.links().down("right").unwrap();
        assert_converges(nl, &mut mirror);
        nl.links().delete("left").unwrap();
        assert_converges(nl, &mut mirror);
        assert_eq!(mirror.table().len(), 2);
    }

    fn reports_add_up(nl) {
        let mut mirror = nl.mirror(Links::new()).unwrap();
        let mut known: BTreeMap<_, _> = mirror.table().iter().map(|(key, item)| (*key, item.clone())).collect();
        for round in 0..5 {
            for number in 0..20 {
                nl.links().add(&Link::bridge(format!("b{number}"))).unwrap();
            }
            follow(&mut known, mirror.update(QUIET).unwrap());
            for number in 0..20 {
                nl.links().up(format!("b{number}").as_str()).unwrap();
                if number % 3 == round % 3 {
                    nl.links().delete(format!("b{number}").as_str()).unwrap();
                }
            }
            follow(&mut known, mirror.update(QUIET).unwrap());
            for number in 0..20 {
                let _ = nl.links().delete(format!("b{number}").as_str());
            }
            loop {
                let changes = mirror.update(QUIET).unwrap();
                if changes.is_empty() {
                    break;
                }
                follow(&mut known, changes);
            }
            let table: BTreeMap<_, _> = mirror.table().iter().map(|(key, item)| (*key, item.clone())).collect();
            assert_eq!(known, table);
        }
    }

    fn routes_that_vanish_without_a_word(nl) {
        let (left, right) = pair(nl, "left", "right");
        let mut mirror = nl.mirror(Routes::new()).unwrap();
        let address = Address::new("192.0.2.1/24".parse().unwrap(), left.index);
        nl.addrs().add(&address).unwrap();
        for number in 0..20 {
            nl.routes().add(&Route::to(destination(number)).through("192.0.2.9".parse().unwrap())).unwrap();
        }
        nl.routes().add(&Route::to(destination(100)).dev(right.index).prefsrc("192.0.2.1".parse::<std::net::IpAddr>().unwrap())).unwrap();
        assert_converges(nl, &mut mirror);
        assert!(mirror.table().len() > 20);
        // The address that a route prefers as its source.
        nl.addrs().delete(&address).unwrap();
        assert_converges(nl, &mut mirror);
        nl.addrs().add(&address).unwrap();
        for number in 0..20 {
            nl.routes().add(&Route::to(destination(number)).through("192.0.2.9".parse().unwrap())).unwrap();
        }
        assert_converges(nl, &mut mirror);
        nl.links().down("left").unwrap();
        assert_converges(nl, &mut mirror);
        nl.links().up("left").unwrap();
        for number in 0..20 {
            nl.routes().add(&Route::to(destination(number)).through("192.0.2.9".parse().unwrap())).unwrap();
        }
        assert_converges(nl, &mut mirror);
        nl.links().delete("left").unwrap();
        assert_converges(nl, &mut mirror);
    }

    fn routes_that_replace_and_join_each_other(nl) {
        let (left, right) = pair(nl, "left", "right");
        let mut mirror = nl.mirror(Routes::new()).unwrap();
        nl.addrs().add(&Address::new("192.0.2.1/24".parse().unwrap(), left.index)).unwrap();
        nl.addrs().add(&Address::new("2001:db8::1/64".parse().unwrap(), left.index)).unwrap();
        let to = |index| Route::to(destination(1)).dev(index);
        nl.routes().add(&to(left.index)).unwrap();
        nl.routes().append(&to(right.index)).unwrap();
        assert_converges(nl, &mut mirror);
        nl.routes().replace(&to(right.index).priority(9u32)).unwrap();
        nl.routes().replace(&Route::to(destination(1)).through("192.0.2.7".parse().unwrap())).unwrap();
        assert_converges(nl, &mut mirror);
        let six: IpNet = "2001:db8:1::/48".parse().unwrap();
        let hops = vec![
            NextHop::through("2001:db8::2".parse().unwrap()),
            NextHop::through("2001:db8::3".parse().unwrap()),
        ];
        nl.routes().add(&Route::to(six).multipath(hops)).unwrap();
        nl.routes().append(&Route::to(six).through("2001:db8::4".parse().unwrap())).unwrap();
        assert_converges(nl, &mut mirror);
        nl.routes().delete(&Route::to(six).through("2001:db8::3".parse().unwrap())).unwrap();
        assert_converges(nl, &mut mirror);
        nl.routes().replace(&Route::to(six).through("2001:db8::5".parse().unwrap())).unwrap();
        assert_converges(nl, &mut mirror);
    }

    fn addresses_neighbours_and_rules(nl) {
        let (left, _) = pair(nl, "left", "right");
        let mut addresses = nl.mirror(Addresses::new()).unwrap();
        let mut neighbours = nl.mirror(Neighbours::new()).unwrap();
        let mut rules = nl.mirror(Rules::new()).unwrap();
        for number in 1..50u8 {
            nl.addrs().add(&Address::new(format!("192.0.2.{number}/24").parse().unwrap(), left.index)).unwrap();
            let entry = Neighbour::default()
                .family(AddressFamily::INET)
                .index(left.index)
                .state(NeighState::PERMANENT)
                .dst(Ipv4Addr::new(198, 51, 100, number))
                .lladdr([2, 0, 0, 0, 0, number]);
            nl.neighs().add(&entry).unwrap();
            let rule = Rule::default()
                .family(AddressFamily::INET)
                .priority(1000 + u32::from(number % 7))
                .action(RuleAction::TO_TABLE)
                .table8(RouteTable::MAIN)
                .fwmark(u32::from(number));
            nl.rules().add(&rule).unwrap();
        }
        assert_converges(nl, &mut addresses);
        assert_converges(nl, &mut neighbours);
        assert_converges(nl, &mut rules);
        assert!(addresses.table().len() >= 49 && neighbours.table().len() >= 49 && rules.table().len() >= 49);
        // The first address takes the others with it.
        nl.addrs().delete(&Address::new("192.0.2.1/24".parse().unwrap(), left.index)).unwrap();
        nl.links().down("left").unwrap();
        for number in (1..50u32).step_by(2) {
            let rule = Rule::default().family(AddressFamily::INET).fwmark(number).priority(1000 + number % 7);
            nl.rules().delete(&rule).unwrap();
        }
        assert_converges(nl, &mut addresses);
        assert_converges(nl, &mut neighbours);
        assert_converges(nl, &mut rules);
        nl.links().delete("left").unwrap();
        assert_converges(nl, &mut addresses);
        assert_converges(nl, &mut neighbours);
    }

    fn thousands_change_under_overruns(nl) {
        let (left, right) = pair(nl, "left", "right");
        nl.addrs().add(&Address::new("192.0.2.1/24".parse().unwrap(), left.index)).unwrap();
        let mut routes = nl.mirror_with(Routes::new(), |groups| groups.receive_buffer(16 * 1024)).unwrap();
        let mut links = nl.mirror_with(Links::new(), |groups| groups.receive_buffer(16 * 1024)).unwrap();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..3u32 {
                    let batch = nl.batch();
                    for number in 0..2000u32 {
                        let route = Route::to(destination(number)).dev([left.index, right.index][(number % 2) as usize]);
                        let _ = match (number + round) % 3 {
                            0 => batch.routes().add(&route),
                            1 => batch.routes().replace(&route),
                            _ => batch.routes().delete(&route),
                        };
                    }
                    // Refusals (it exists, it does not) are part of the game.
                    assert!(batch.commit().unwrap().failures().all(|(_, error)| !error.is_lost()));
                    for number in 0..50 {
                        let name = format!("b{number}");
                        nl.links().add(&Link::bridge(&name)).unwrap();
                        if number % 2 == 0 {
                            nl.links().up(name.as_str()).unwrap();
                        }
                    }
                    nl.links().down("right").unwrap();
                    nl.links().up("right").unwrap();
                    for number in 0..50 {
                        nl.links().delete(format!("b{number}").as_str()).unwrap();
                    }
                }
                over.store(true, Ordering::Release);
            });
            // Too slow a reader for so little room.
            while !over.load(Ordering::Acquire) {
                thread::sleep(Duration::from_millis(20));
                routes.update(Duration::ZERO).unwrap();
                links.update(Duration::ZERO).unwrap();
            }
        });
        assert_converges(nl, &mut routes);
        assert_converges(nl, &mut links);
        let ((_, of_routes), (_, of_links)) = (routes.table().effort(), links.table().effort());
        assert!(of_routes > 0 && of_links > 0, "no overrun was forced: {of_routes}, {of_links}");
    }
}
