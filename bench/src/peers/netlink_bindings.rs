//! The workloads by netlink-bindings and netlink-socket2. It decodes only what is asked for, so every attribute is.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use netlink_bindings::traits::NetlinkRequest;
use netlink_bindings::{rt_link, rt_neigh, rt_route};
use netlink_socket2::NetlinkSocket;
use nix::libc;

use crate::meter::{Args, Done, Meter};
use crate::ours::FIRST;
use crate::{Outcome, codec, no_such};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) fn run(args: &Args, meter: &Meter) -> Outcome {
    if args.workload() == "codec" {
        return codec(args, meter);
    }
    let mut socket = NetlinkSocket::new();
    let (n, times) = (args.number("n", 20_000), args.number("times", 1));
    match args.workload() {
        "route-add" => {
            let (ifindex, batch) = (args.number("ifindex", 0) as u32, args.number("batch", 1));
            match batch {
                1 => meter.run(|| add(&mut socket, n, ifindex)),
                _ => meter.run(|| add_batched(&mut socket, n, batch, ifindex)),
            }
        }
        "route-dump" => meter.run(|| {
            let (mut n, mut sum) = (0, 0);
            for _ in 0..times {
                let all = rt_route::Rtmsg {
                    rtm_family: libc::AF_INET as u8,
                    ..Default::default()
                };
                let request = rt_route::Request::new().op_getroute_dump(&all);
                let mut answers = socket.request(&request)?;
                while let Some((header, attributes)) = answers.recv().transpose()? {
                    n += 1;
                    sum += walk_route(attributes);
                    black_box(header);
                }
            }
            Result::Ok(Done {
                n,
                checks: (n, sum),
            })
        }),
        "link-dump" => meter.run(|| {
            let (mut n, mut sum) = (0, 0);
            for _ in 0..times {
                let request = rt_link::Request::new().op_getlink_dump(&Default::default());
                let mut answers = socket.request(&request)?;
                while let Some((header, attributes)) = answers.recv().transpose()? {
                    n += 1;
                    sum += walk_link(attributes);
                    black_box(header);
                }
            }
            Result::Ok(Done {
                n,
                checks: (n, sum),
            })
        }),
        "neigh-dump" => meter.run(|| {
            let (mut n, mut sum) = (0, 0);
            for _ in 0..times {
                let all = rt_neigh::Ndmsg {
                    ndm_family: libc::AF_INET as u8,
                    ..Default::default()
                };
                let request = rt_neigh::Request::new().op_getneigh_dump(&all);
                let mut answers = socket.request(&request)?;
                while let Some((header, attributes)) = answers.recv().transpose()? {
                    n += 1;
                    attributes.for_each(|attribute| drop(black_box(attribute)));
                    sum += header.ndm_ifindex as u64;
                }
            }
            Result::Ok(Done {
                n,
                checks: (n, sum),
            })
        }),
        "link-get" => {
            let name = args.text("name", "lo");
            meter.run(|| {
                let mut sum = 0;
                for _ in 0..n {
                    let mut request = rt_link::Request::new().op_getlink_do(&Default::default());
                    request.encode().push_ifname_bytes(name.as_bytes());
                    let mut answers = socket.request(&request)?;
                    let (header, attributes) = answers.recv_one()?;
                    black_box(header);
                    sum += walk_link(attributes);
                    while answers.recv().is_some() {}
                }
                Result::Ok(Done {
                    n,
                    checks: (n, sum),
                })
            })
        }
        other => no_such(other),
    }
}

fn header() -> rt_route::Rtmsg {
    rt_route::Rtmsg {
        rtm_family: libc::AF_INET as u8,
        rtm_dst_len: 32,
        rtm_table: libc::RT_TABLE_MAIN,
        rtm_protocol: libc::RTPROT_STATIC,
        rtm_scope: libc::RT_SCOPE_LINK,
        rtm_type: libc::RTN_UNICAST,
        ..Default::default()
    }
}

fn destination(number: u64) -> IpAddr {
    Ipv4Addr::from(FIRST + number as u32).into()
}

/// With one buffer for all requests, its fastest way.
fn add(socket: &mut NetlinkSocket, n: u64, ifindex: u32) -> Result<Done> {
    let mut buffer = Vec::new();
    for number in 0..n {
        let request = rt_route::Request::new_with_buf(&mut buffer)
            .set_create()
            .set_excl();
        let mut request = request.op_newroute_do(&header());
        request
            .encode()
            .push_dst(destination(number))
            .push_oif(ifindex);
        socket.request(&request)?.recv_ack()?;
    }
    Ok(Done { n, checks: (n, 0) })
}

/// A length that is a multiple of 64 makes version 0.3.5 take a batch for done before it is.
fn add_batched(socket: &mut NetlinkSocket, n: u64, size: u64, ifindex: u32) -> Result<Done> {
    for start in (0..n).step_by(size as usize) {
        let end = n.min(start + size);
        let mut chain = rt_route::Chained::new(socket.reserve_seq((end - start) as u32));
        for number in start..end {
            let request = chain.request().set_create().set_excl();
            let mut request = request.op_newroute_do(&header());
            request
                .encode()
                .push_dst(destination(number))
                .push_oif(ifindex);
        }
        let chain = chain.finalize();
        socket.request_chained(&chain)?.recv_all()?;
    }
    Ok(Done { n, checks: (n, 0) })
}

fn walk_route(attributes: rt_route::IterableRouteAttrs<'_>) -> u64 {
    let mut sum = 0;
    for attribute in attributes.flatten() {
        match attribute {
            rt_route::RouteAttrs::Oif(index) => sum += index as u64,
            other => drop(black_box(other)),
        }
    }
    sum
}

/// Every attribute, the nested ones too.
fn walk_link(attributes: rt_link::IterableLinkAttrs<'_>) -> u64 {
    use rt_link::{AfSpecAttrs, LinkAttrs};
    let mut sum = 0;
    for attribute in attributes.flatten() {
        match attribute {
            LinkAttrs::Ifname(name) => sum += name.to_bytes().len() as u64,
            LinkAttrs::Mtu(mtu) => sum += u64::from(mtu),
            LinkAttrs::Linkinfo(nest) => nest.for_each(|inner| drop(black_box(inner))),
            LinkAttrs::AfSpec(nest) => {
                for family in nest.flatten() {
                    match family {
                        AfSpecAttrs::Inet(nest) => nest.for_each(|inner| drop(black_box(inner))),
                        AfSpecAttrs::Inet6(nest) => nest.for_each(|inner| drop(black_box(inner))),
                        other => drop(black_box(other)),
                    }
                }
            }
            other => drop(black_box(other)),
        }
    }
    sum
}

fn codec(args: &Args, meter: &Meter) -> Outcome {
    let iters = args.number("iters", 200_000);
    let new_route = codec::message(args, "newroute", codec::NEW_ROUTE)?.split_off(16);
    let new_link = codec::message(args, "newlink", codec::NEW_LINK)?.split_off(16);
    let mut buffer = Vec::with_capacity(256);
    let calls = [
        (
            "decode_route",
            meter.per_call(iters, |_| {
                let (header, attributes) =
                    rt_route::OpGetrouteDump::decode_reply(black_box(&new_route));
                black_box(header);
                black_box(walk_route(attributes));
            }),
        ),
        (
            "decode_link",
            meter.per_call(iters, |_| {
                let (header, attributes) =
                    rt_link::OpGetlinkDump::decode_reply(black_box(&new_link));
                black_box(header);
                black_box(walk_link(attributes));
            }),
        ),
        (
            "decode_link_3fields",
            meter.per_call(iters, |_| {
                let (header, attributes) =
                    rt_link::OpGetlinkDump::decode_reply(black_box(&new_link));
                let fields = (
                    attributes.get_ifname().unwrap(),
                    attributes.get_mtu().unwrap(),
                    attributes.get_operstate().unwrap(),
                );
                black_box((header, fields));
            }),
        ),
        (
            "encode_route",
            meter.per_call(iters, |number| {
                let request = rt_route::Request::new_with_buf(&mut buffer)
                    .set_create()
                    .set_excl();
                let mut request = request.op_newroute_do(&header());
                request.encode().push_dst(destination(number)).push_oif(3);
                black_box(request.payload());
            }),
        ),
        (
            "encode_getlink",
            meter.per_call(iters, |_| {
                let request = rt_link::Request::new_with_buf(&mut buffer);
                let mut request = request.op_getlink_do(&Default::default());
                request.encode().push_ifname_bytes(b"veth1000");
                black_box(request.payload());
            }),
        ),
    ];
    meter.print_calls(iters, &calls)
}
