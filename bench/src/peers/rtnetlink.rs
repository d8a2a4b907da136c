//! The workloads by rtnetlink, on one thread.

use std::hint::black_box;
use std::net::Ipv4Addr;

use futures_util::{StreamExt, TryStreamExt};
use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
};
use rtnetlink::packet_core as netlink_packet_core;
use rtnetlink::packet_route::link::{LinkAttribute, LinkMessage};
use rtnetlink::packet_route::route::{RouteAttribute, RouteMessage, RouteScope};
use rtnetlink::packet_route::{AddressFamily, RouteNetlinkMessage};
use rtnetlink::proto::{self, sys::SocketAddr};
use rtnetlink::{Handle, RouteMessageBuilder};

use crate::meter::{Args, Done, Meter};
use crate::ours::FIRST;
use crate::{Outcome, codec, no_such};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) fn run(args: &Args, meter: &Meter) -> Outcome {
    if args.workload() == "codec" {
        return codec(args, meter);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let handle = runtime.block_on(async {
        let (connection, handle, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        std::io::Result::Ok(handle)
    })?;
    let times = args.number("times", 1);
    match args.workload() {
        "route-add" => {
            let (n, batch) = (args.number("n", 20_000), args.number("batch", 1));
            let ifindex = args.number("ifindex", 0) as u32;
            match batch {
                1 => meter.run(|| runtime.block_on(add(&handle, n, ifindex))),
                _ => meter.run(|| runtime.block_on(add_batched(n, batch, ifindex))),
            }
        }
        "route-dump" => meter.run(|| {
            runtime.block_on(async {
                let (mut n, mut sum) = (0, 0);
                for _ in 0..times {
                    let all = RouteMessageBuilder::<Ipv4Addr>::new().build();
                    let mut routes = handle.route().get(all).execute();
                    while let Some(route) = routes.try_next().await? {
                        n += 1;
                        sum += oif(&route);
                    }
                }
                Result::Ok(Done {
                    n,
                    checks: (n, sum),
                })
            })
        }),
        "link-dump" => meter.run(|| {
            runtime.block_on(async {
                let (mut n, mut sum) = (0, 0);
                for _ in 0..times {
                    let mut links = handle.link().get().execute();
                    while let Some(link) = links.try_next().await? {
                        n += 1;
                        sum += link_sum(&link);
                    }
                }
                Result::Ok(Done {
                    n,
                    checks: (n, sum),
                })
            })
        }),
        "neigh-dump" => meter.run(|| {
            runtime.block_on(async {
                let (mut n, mut sum) = (0, 0);
                for _ in 0..times {
                    let all = handle.neighbours().get();
                    let mut entries = all.set_address_family(AddressFamily::Inet).execute();
                    while let Some(entry) = entries.try_next().await? {
                        n += 1;
                        sum += u64::from(entry.header.ifindex);
                    }
                }
                Result::Ok(Done {
                    n,
                    checks: (n, sum),
                })
            })
        }),
        "link-get" => {
            let (n, name) = (args.number("n", 20_000), args.text("name", "lo"));
            meter.run(|| {
                runtime.block_on(async {
                    let mut sum = 0;
                    for _ in 0..n {
                        let mut links = handle.link().get().match_name(name).execute();
                        sum += link_sum(&links.try_next().await?.ok_or("no link")?);
                    }
                    Result::Ok(Done {
                        n,
                        checks: (n, sum),
                    })
                })
            })
        }
        other => no_such(other),
    }
}

fn route(number: u64, ifindex: u32) -> RouteMessage {
    RouteMessageBuilder::<Ipv4Addr>::new()
        .destination_prefix(Ipv4Addr::from(FIRST + number as u32), 32)
        .output_interface(ifindex)
        .scope(RouteScope::Link)
        .build()
}

fn oif(route: &RouteMessage) -> u64 {
    let oif = |attribute: &RouteAttribute| match attribute {
        RouteAttribute::Oif(index) => Some(u64::from(*index)),
        _ => None,
    };
    route.attributes.iter().find_map(oif).unwrap_or(0)
}

fn link_sum(link: &LinkMessage) -> u64 {
    let number = |attribute: &LinkAttribute| match attribute {
        LinkAttribute::IfName(name) => name.len() as u64,
        LinkAttribute::Mtu(mtu) => u64::from(*mtu),
        _ => 0,
    };
    link.attributes.iter().map(number).sum()
}

async fn add(handle: &Handle, n: u64, ifindex: u32) -> Result<Done> {
    for number in 0..n {
        handle.route().add(route(number, ifindex)).execute().await?;
    }
    Ok(Done { n, checks: (n, 0) })
}

/// Its handle has no batches, but the crate below it has.
async fn add_batched(n: u64, size: u64, ifindex: u32) -> Result<Done> {
    let (connection, handle, _) = proto::new_connection::<RouteNetlinkMessage>(0)?;
    tokio::spawn(connection);
    for start in (0..n).step_by(size as usize) {
        let messages = (start..n.min(start + size)).map(|number| {
            let route = RouteNetlinkMessage::NewRoute(route(number, ifindex));
            let mut message = NetlinkMessage::from(route);
            message.header.flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
            message
        });
        let mut answers = handle.request_batch(messages, SocketAddr::new(0, 0))?;
        while let Some(answer) = answers.next().await {
            if let NetlinkPayload::Error(error) = answer.payload {
                if error.code.is_some() {
                    return Err(error.to_string().into());
                }
            }
        }
    }
    Ok(Done { n, checks: (n, 0) })
}

fn codec(args: &Args, meter: &Meter) -> Outcome {
    type Message = NetlinkMessage<RouteNetlinkMessage>;
    let iters = args.number("iters", 200_000);
    let new_route = codec::message(args, "newroute", codec::NEW_ROUTE)?;
    let new_link = codec::message(args, "newlink", codec::NEW_LINK)?;
    let mut buffer = vec![0; 4096];
    let mut write = |message: RouteNetlinkMessage, flags| {
        let mut message = Message::from(message);
        message.header.flags = flags;
        message.finalize();
        let len = message.buffer_len();
        message.serialize(&mut buffer[..len]);
        black_box(&buffer);
    };
    let calls = [
        (
            "decode_route",
            meter.per_call(iters, |_| {
                black_box(Message::deserialize(black_box(&new_route)).unwrap());
            }),
        ),
        (
            "decode_link",
            meter.per_call(iters, |_| {
                black_box(Message::deserialize(black_box(&new_link)).unwrap());
            }),
        ),
        (
            "encode_route",
            meter.per_call(iters, |number| {
                write(
                    RouteNetlinkMessage::NewRoute(route(number, 3)),
                    NLM_F_REQUEST | NLM_F_ACK,
                );
            }),
        ),
        (
            "encode_getlink",
            meter.per_call(iters, |_| {
                let mut link = LinkMessage::default();
                link.attributes
                    .push(LinkAttribute::IfName("veth1000".into()));
                write(RouteNetlinkMessage::GetLink(link), NLM_F_REQUEST);
            }),
        ),
    ];
    meter.print_calls(iters, &calls)
}
