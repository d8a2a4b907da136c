//! Many requests at once: which of them fail, how many there are, what comes back.

use std::net::Ipv4Addr;

use ipnet::IpNet;
use netlink::generated::core::AddressFamily;
use netlink::route::RouteFilter;
use netlink::{Link, Netlink, Route};

use crate::harness::{live, make};

/// The route of a number.
fn route(number: u32, index: u32) -> Route {
    let address = Ipv4Addr::from(0x0a00_0000 + number);
    Route::to(IpNet::new(address.into(), 32).unwrap()).dev(index)
}

/// Adds routes, of which those that `fails` picks exist already, and checks every outcome.
fn add(nl: &Netlink, index: u32, count: u32, fails: impl Fn(u32) -> bool) {
    for number in (0..count).filter(|number| fails(*number)) {
        nl.routes().add(&route(number, index)).unwrap();
    }
    let batch = nl.batch();
    let tickets: Vec<_> = (0..count)
        .map(|number| batch.routes().add(&route(number, index)))
        .collect();
    assert_eq!(batch.len(), tickets.len());
    let mut done = batch.commit().unwrap();
    for (number, ticket) in (0..count).zip(tickets) {
        let outcome = done.take(ticket);
        match fails(number) {
            true => {
                let error = outcome.unwrap_err();
                assert!(
                    error.is_exists() && error.operation() == Some("RTM_NEWROUTE"),
                    "{error}"
                );
            }
            false => outcome.unwrap(),
        }
    }
    let wanted: Vec<usize> = (0..count)
        .filter(|number| fails(*number))
        .map(|number| number as usize)
        .collect();
    let failed: Vec<usize> = done.failures().map(|(position, _)| position).collect();
    assert_eq!(failed, wanted);
    assert_eq!(done.all().is_ok(), wanted.is_empty());
    // The kernel agrees that all are there, and takes them away again in one go.
    let filter = RouteFilter::main().family(AddressFamily::INET).oif(index);
    let routes = nl.routes().list(&filter).unwrap().into_vec().unwrap();
    assert_eq!(routes.len(), count as usize);
    let batch = nl.batch();
    for route in &routes {
        let _ = batch.routes().delete(route);
    }
    batch.commit().unwrap().all().unwrap();
}

fn link(nl: &Netlink) -> u32 {
    let index = make(nl, &Link::bridge("br0")).index;
    nl.links().up(index).unwrap();
    index
}

live! {
    fn every_size_with_failures_everywhere(nl) {
        let index = link(nl);
        for count in [1, 2, 3, 7, 64, 166, 167, 300, 1000, 4096] {
            add(nl, index, count, |_| false);
            add(nl, index, count, |number| number == 0);
            add(nl, index, count, |number| number + 1 == count);
            add(nl, index, count, |_| true);
            // As good as random, and the same each time.
            add(nl, index, count, |number| number.wrapping_mul(2_654_435_761) % 5 == 0);
        }
    }

    fn echoes(nl) {
        use netlink::exec::Executor;
        use netlink::generated::core::MsgFlags;
        use netlink::generated::route::RouteMessage;
        use netlink::op::Simple;

        make(nl, &Link::bridge("br0"));
        let flags = MsgFlags::CREATE | MsgFlags::EXCL | MsgFlags::ECHO;
        let batch = nl.batch();
        let links: Vec<Link> = (0..100).map(|number| Link::bridge(format!("e{number}"))).collect();
        let tickets: Vec<_> = links.iter().map(|link| {
            batch.call(Simple::<Link, netlink::op::One<Link>>::for_one(RouteMessage::NEW_LINK, flags, link))
        }).collect();
        let mut done = batch.commit().unwrap();
        for (link, ticket) in links.iter().zip(tickets) {
            match done.take(ticket) {
                Ok(made) => assert_eq!(made.name, link.name),
                // Kernels before 6.2 do not echo links.
                Err(error) => assert!(error.is_not_found(), "{error}"),
            }
        }
    }

    fn nothing_is_a_batch_too(nl) {
        let done = nl.batch().commit().unwrap();
        assert!(done.is_empty() && done.all().is_ok());
    }

    fn different_verbs_keep_their_order(nl) {
        let batch = nl.batch();
        let made = batch.links().add(&Link::bridge("br0"));
        let twice = batch.links().add(&Link::bridge("br0"));
        let up = batch.links().up("br0");
        let got = batch.links().get("br0");
        let viewed = batch.links().view("br0", |link| Ok(link.index()));
        let gone = batch.links().delete("br0");
        let missing = batch.links().get("br0");
        let invalid = batch.links().rename(1, "a name that is far too long");
        let lo = batch.links().get("lo");
        let mut done = batch.commit().unwrap();
        done.take(made).unwrap();
        assert!(done.take(twice).unwrap_err().is_exists());
        done.take(up).unwrap();
        let got = done.take(got).unwrap();
        assert_eq!(done.take(viewed).unwrap(), got.index);
        assert_eq!(got.name.unwrap(), "br0");
        assert!(got.flags.contains(netlink::generated::route::link::LinkFlags::UP));
        done.take(gone).unwrap();
        assert!(done.take(missing).unwrap_err().is_not_found());
        assert!(done.take(invalid).unwrap_err().is_invalid());
        assert!(done.take(lo).unwrap().is_loopback());
        let failed: Vec<usize> = done.failures().map(|(position, _)| position).collect();
        assert_eq!(failed, [1, 6, 7]);
    }

    fn gets_beyond_one_window(nl) {
        let batch = nl.batch();
        let tickets: Vec<_> = (0..500).map(|number| match number % 7 {
            0 => batch.links().get("none"),
            _ => batch.links().get("lo"),
        }).collect();
        let mut done = batch.commit().unwrap();
        for (number, ticket) in tickets.into_iter().enumerate() {
            match done.take(ticket) {
                Ok(lo) => assert!(lo.is_loopback() && number % 7 != 0),
                Err(error) => assert!(error.is_not_found() && number % 7 == 0, "{error}"),
            }
        }
    }

    fn a_request_larger_than_the_usual_send(nl) {
        // Each has an alias as long as the kernel takes; a thousand of them fill several sends.
        let index = make(nl, &Link::bridge("br0")).index;
        let batch = nl.batch();
        for number in 0..1000 {
            let alias = format!("{number:0>255}");
            let _ = batch.links().alias(index, alias);
        }
        batch.commit().unwrap().all().unwrap();
        let alias = nl.links().get(index).unwrap().alias.unwrap();
        assert_eq!(alias, format!("{:0>255}", 999).as_str());
    }

    fn every_request_acknowledged(nl) {
        let index = link(nl);
        let batch = nl.batch().ack_all();
        let tickets: Vec<_> = (0..600).map(|number| batch.routes().add(&route(number, index))).collect();
        let mut done = batch.commit().unwrap();
        for ticket in tickets {
            done.take(ticket).unwrap();
        }
        assert_eq!(done.warnings().count(), 0);
    }

    fn a_ticket_of_another_batch(nl) {
        let (one, two) = (nl.batch(), nl.batch());
        let ticket = one.links().get("lo");
        let _ = two.links().get("lo");
        one.commit().unwrap();
        assert!(two.commit().unwrap().take(ticket).unwrap_err().is_invalid());
    }
}
