//! Decoding and encoding without system calls: timed, and one operation at a time for a simulator that counts instructions.

use std::fs;
use std::hint::black_box;
use std::net::Ipv4Addr;

use netlink::conn::Request;
use netlink::generated::core::MsgFlags;
use netlink::generated::route::RouteMessage;
use netlink::generated::route::link::LinkQuery;
use netlink::generated::route::route::{RouteAddr, RouteScope};
use netlink::wire::{Cx, Value};
use netlink::{Link, Route};

use crate::meter::{Args, Meter};
use crate::ours::{FIRST, route};
use crate::{Outcome, no_such};

/// A route of the main table and a veth with all its counters, as a kernel sent them.
pub(crate) const NEW_ROUTE: &[u8] = include_bytes!("../data/newroute.bin");
pub(crate) const NEW_LINK: &[u8] = include_bytes!("../data/newlink.bin");

/// Bytes of a message header.
const HEADER: usize = 16;

/// The message in a file, or the one that is built in.
pub(crate) fn message(args: &Args, key: &str, built_in: &[u8]) -> std::io::Result<Vec<u8>> {
    match args.find(key) {
        Some(path) => fs::read(path),
        None => Ok(built_in.to_vec()),
    }
}

/// What is counted and timed, each with its name.
const OPERATIONS: &[&str] = &[
    "decode_route",
    "decode_route_in_place",
    "decode_link",
    "decode_link_3fields",
    "encode_route",
    "build_encode_route",
    "encode_getlink",
];

pub(crate) fn run(args: &Args, meter: &Meter) -> Outcome {
    let iters = args.number("iters", 200_000);
    let mut calls = Vec::new();
    for name in OPERATIONS {
        let mut step = step(name, args)?;
        calls.push((*name, meter.per_call(iters, &mut *step)));
    }
    meter.print_calls(iters, &calls)
}

/// `operation NAME iters=N`: does one of them so often and prints nothing.
pub(crate) fn operation(args: &Args) -> Outcome {
    let name = args.rest().next().unwrap_or_default();
    let mut step = step(name, args)?;
    (0..args.number("iters", 0)).for_each(&mut *step);
    Ok(())
}

type Step = Box<dyn FnMut(u64)>;

fn step(name: &str, args: &Args) -> Result<Step, Box<dyn std::error::Error>> {
    let new_route = message(args, "newroute", NEW_ROUTE)?.split_off(HEADER);
    let new_link = message(args, "newlink", NEW_LINK)?.split_off(HEADER);
    let mut buf = Vec::with_capacity(256);
    let flags = MsgFlags::CREATE | MsgFlags::EXCL;
    Ok(match name {
        "decode_route" => Box::new(move |_| {
            let route = Route::decode(black_box(&new_route), Cx::from_kernel());
            assert!(black_box(&route).is_ok());
        }),
        "decode_route_in_place" => Box::new(move |_| {
            let mut place = None;
            let decoded = Route::decode_to(&mut place, black_box(&new_route), Cx::from_kernel());
            assert!(decoded.is_ok());
            black_box(&place);
        }),
        "decode_link" => Box::new(move |_| {
            let link = Link::decode(black_box(&new_link), Cx::from_kernel());
            assert!(black_box(&link).is_ok());
        }),
        "decode_link_3fields" => Box::new(move |_| {
            let view = Link::view(black_box(&new_link), Cx::from_kernel()).unwrap();
            black_box((
                view.name().unwrap(),
                view.mtu().unwrap(),
                view.oper_state().unwrap(),
            ));
        }),
        "encode_route" => {
            let mut route = route(0, 3).scope(RouteScope::LINK);
            Box::new(move |number| {
                buf.clear();
                route.dst = Some(RouteAddr::Inet(Ipv4Addr::from(FIRST + number as u32)));
                let route = black_box(&route);
                let request =
                    Request::encode(&mut buf, RouteMessage::NEW_ROUTE, flags, route).unwrap();
                request.stamp(&mut buf, number as u32, 1).unwrap();
                black_box(&buf);
            })
        }
        "build_encode_route" => Box::new(move |number| {
            buf.clear();
            let route = route(black_box(number), 3);
            let request =
                Request::encode(&mut buf, RouteMessage::NEW_ROUTE, flags, &route).unwrap();
            request.stamp(&mut buf, number as u32, 1).unwrap();
            black_box(&buf);
        }),
        "encode_getlink" => Box::new(move |number| {
            buf.clear();
            let link = LinkQuery::default().name(black_box("veth1000"));
            let none = MsgFlags::empty();
            let request = Request::encode(&mut buf, RouteMessage::GET_LINK, none, &link).unwrap();
            request.stamp(&mut buf, number as u32, 1).unwrap();
            black_box(&buf);
        }),
        other => return Err(no_such(other).unwrap_err()),
    })
}
