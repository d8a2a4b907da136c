//! The workloads by neli: its router, as its documentation advises; `raw=1` uses the socket below it, without a thread.

use std::hint::black_box;
use std::io::Cursor;

use neli::consts::nl::{NlTypeWrapper, NlmF};
use neli::consts::rtnl::{Ifla, Nud, RtAddrFamily, RtScope, RtTable, Rta, Rtm, Rtn, Rtprot};
use neli::consts::socket::NlFamily;
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::router::synchronous::NlRouter;
use neli::rtnl::{
    Ifinfomsg, IfinfomsgBuilder, Ndmsg, NdmsgBuilder, RtattrBuilder, Rtmsg, RtmsgBuilder,
};
use neli::socket::synchronous::NlSocketHandle;
use neli::types::RtBuffer;
use neli::utils::Groups;
use neli::{FromBytes, Size, ToBytes};

use crate::meter::{Args, Done, Meter};
use crate::ours::FIRST;
use crate::{Outcome, codec, no_such};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) fn run(args: &Args, meter: &Meter) -> Outcome {
    if args.workload() == "codec" {
        return codec(args, meter);
    }
    if args.is_on("raw") {
        return raw(args, meter);
    }
    let (router, _groups) = NlRouter::connect(NlFamily::Route, None, Groups::empty())?;
    let (n, times) = (args.number("n", 20_000), args.number("times", 1));
    match args.workload() {
        "route-add" => {
            let ifindex = args.number("ifindex", 0) as u32;
            meter.run(|| {
                for number in 0..n {
                    let route = NlPayload::Payload(route(number, ifindex)?);
                    for answer in
                        router.send::<_, _, Rtm, Rtmsg>(Rtm::Newroute, add_flags(), route)?
                    {
                        answer?;
                    }
                }
                Result::Ok(Done { n, checks: (n, 0) })
            })
        }
        "route-dump" => meter.run(|| {
            let (mut n, mut sum) = (0, 0);
            for _ in 0..times {
                let all = NlPayload::Payload(all_routes()?);
                for answer in
                    router.send::<_, _, NlTypeWrapper, Rtmsg>(Rtm::Getroute, NlmF::DUMP, all)?
                {
                    if let Some(route) = answer?.get_payload() {
                        n += 1;
                        sum += oif(route);
                    }
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
                let all = NlPayload::Payload(link(None)?);
                for answer in
                    router.send::<_, _, NlTypeWrapper, Ifinfomsg>(Rtm::Getlink, NlmF::DUMP, all)?
                {
                    if let Some(link) = answer?.get_payload() {
                        n += 1;
                        sum += link_sum(link);
                    }
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
                let all = NdmsgBuilder::default()
                    .ndm_family(RtAddrFamily::Inet)
                    .ndm_index(0)
                    .ndm_state(Nud::empty())
                    .ndm_type(Rtn::Unspec)
                    .build()?;
                let all = NlPayload::Payload(all);
                for answer in
                    router.send::<_, _, NlTypeWrapper, Ndmsg>(Rtm::Getneigh, NlmF::DUMP, all)?
                {
                    if let Some(entry) = answer?.get_payload() {
                        n += 1;
                        sum += *entry.ndm_index() as u64;
                    }
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
                    let question = NlPayload::Payload(link(Some(name))?);
                    for answer in router.send::<_, _, Rtm, Ifinfomsg>(
                        Rtm::Getlink,
                        NlmF::empty(),
                        question,
                    )? {
                        if let Some(link) = answer?.get_payload() {
                            sum += link_sum(link);
                        }
                    }
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

fn raw(args: &Args, meter: &Meter) -> Outcome {
    let socket = NlSocketHandle::connect(NlFamily::Route, None, Groups::empty())?;
    let (n, times) = (args.number("n", 20_000), args.number("times", 1));
    match args.workload() {
        "route-add" => {
            let ifindex = args.number("ifindex", 0) as u32;
            meter.run(|| {
                for number in 0..n {
                    let request = NlmsghdrBuilder::default()
                        .nl_type(Rtm::Newroute)
                        .nl_flags(add_flags())
                        .nl_seq(number as u32)
                        .nl_payload(NlPayload::Payload(route(number, ifindex)?))
                        .build()?;
                    socket.send(&request)?;
                    for answer in socket.recv::<Rtm, Rtmsg>()?.0 {
                        if !matches!(answer?.nl_payload(), NlPayload::Ack(_)) {
                            return Err("refused".into());
                        }
                    }
                }
                Result::Ok(Done { n, checks: (n, 0) })
            })
        }
        "route-dump" => meter.run(|| {
            let (mut n, mut sum) = (0, 0);
            for _ in 0..times {
                let request = NlmsghdrBuilder::default()
                    .nl_type(Rtm::Getroute)
                    .nl_flags(NlmF::REQUEST | NlmF::DUMP)
                    .nl_payload(NlPayload::Payload(all_routes()?))
                    .build()?;
                socket.send(&request)?;
                'dump: loop {
                    for answer in socket.recv::<NlTypeWrapper, Rtmsg>()?.0 {
                        let answer = answer?;
                        let NlPayload::Payload(route) = answer.nl_payload() else {
                            break 'dump;
                        };
                        n += 1;
                        sum += oif(route);
                    }
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
                let request = NlmsghdrBuilder::default()
                    .nl_type(Rtm::Getlink)
                    .nl_flags(NlmF::REQUEST | NlmF::DUMP)
                    .nl_payload(NlPayload::Payload(link(None)?))
                    .build()?;
                socket.send(&request)?;
                'dump: loop {
                    for answer in socket.recv::<NlTypeWrapper, Ifinfomsg>()?.0 {
                        let answer = answer?;
                        let NlPayload::Payload(link) = answer.nl_payload() else {
                            break 'dump;
                        };
                        n += 1;
                        sum += link_sum(link);
                    }
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
                for number in 0..n {
                    let request = NlmsghdrBuilder::default()
                        .nl_type(Rtm::Getlink)
                        .nl_flags(NlmF::REQUEST)
                        .nl_seq(number as u32)
                        .nl_payload(NlPayload::Payload(link(Some(name))?))
                        .build()?;
                    socket.send(&request)?;
                    for answer in socket.recv::<Rtm, Ifinfomsg>()?.0 {
                        sum += answer?.get_payload().map_or(0, link_sum);
                    }
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

fn add_flags() -> NlmF {
    NlmF::REQUEST | NlmF::ACK | NlmF::CREATE | NlmF::EXCL
}

fn route(number: u64, ifindex: u32) -> Result<Rtmsg> {
    let mut attributes = RtBuffer::new();
    let dst = (FIRST + number as u32).to_be();
    attributes.push(
        RtattrBuilder::default()
            .rta_type(Rta::Dst)
            .rta_payload(dst)
            .build()?,
    );
    attributes.push(
        RtattrBuilder::default()
            .rta_type(Rta::Oif)
            .rta_payload(ifindex)
            .build()?,
    );
    Ok(RtmsgBuilder::default()
        .rtm_family(RtAddrFamily::Inet)
        .rtm_dst_len(32)
        .rtm_src_len(0)
        .rtm_tos(0)
        .rtm_table(RtTable::Main)
        .rtm_protocol(Rtprot::Static)
        .rtm_scope(RtScope::Link)
        .rtm_type(Rtn::Unicast)
        .rtattrs(attributes)
        .build()?)
}

fn all_routes() -> Result<Rtmsg> {
    Ok(RtmsgBuilder::default()
        .rtm_family(RtAddrFamily::Inet)
        .rtm_dst_len(0)
        .rtm_src_len(0)
        .rtm_tos(0)
        .rtm_table(RtTable::Unspec)
        .rtm_protocol(Rtprot::Unspec)
        .rtm_scope(RtScope::Universe)
        .rtm_type(Rtn::Unspec)
        .build()?)
}

fn link(name: Option<&str>) -> Result<Ifinfomsg> {
    let mut builder = IfinfomsgBuilder::default().ifi_family(RtAddrFamily::Unspecified);
    if let Some(name) = name {
        let mut attributes = RtBuffer::new();
        attributes.push(
            RtattrBuilder::default()
                .rta_type(Ifla::Ifname)
                .rta_payload(name)
                .build()?,
        );
        builder = builder.rtattrs(attributes);
    }
    Ok(builder.build()?)
}

fn oif(route: &Rtmsg) -> u64 {
    let attributes = route.rtattrs().get_attr_handle();
    attributes
        .get_attr_payload_as::<u32>(Rta::Oif)
        .map_or(0, u64::from)
}

fn link_sum(link: &Ifinfomsg) -> u64 {
    let attributes = link.rtattrs().get_attr_handle();
    let name = attributes.get_attr_payload_as_with_len::<String>(Ifla::Ifname);
    let mtu = attributes.get_attr_payload_as::<u32>(Ifla::Mtu);
    name.map_or(0, |name| name.len() as u64) + mtu.map_or(0, u64::from)
}

fn codec(args: &Args, meter: &Meter) -> Outcome {
    let iters = args.number("iters", 200_000);
    let new_route = codec::message(args, "newroute", codec::NEW_ROUTE)?;
    let new_link = codec::message(args, "newlink", codec::NEW_LINK)?;
    let calls = [
        (
            "decode_route",
            meter.per_call(iters, |_| {
                let mut bytes = Cursor::new(black_box(&new_route[..]));
                black_box(Nlmsghdr::<Rtm, Rtmsg>::from_bytes(&mut bytes).unwrap());
            }),
        ),
        (
            "decode_link",
            meter.per_call(iters, |_| {
                let mut bytes = Cursor::new(black_box(&new_link[..]));
                black_box(Nlmsghdr::<Rtm, Ifinfomsg>::from_bytes(&mut bytes).unwrap());
            }),
        ),
        (
            "encode_route",
            meter.per_call(iters, |number| {
                let message = NlmsghdrBuilder::default()
                    .nl_type(Rtm::Newroute)
                    .nl_flags(add_flags())
                    .nl_payload(NlPayload::Payload(route(number, 3).unwrap()))
                    .build()
                    .unwrap();
                let mut bytes = Cursor::new(vec![0; message.padded_size()]);
                message.to_bytes(&mut bytes).unwrap();
                black_box(bytes);
            }),
        ),
        (
            "encode_getlink",
            meter.per_call(iters, |_| {
                let message = NlmsghdrBuilder::default()
                    .nl_type(Rtm::Getlink)
                    .nl_flags(NlmF::REQUEST)
                    .nl_payload(NlPayload::Payload(link(Some("veth1000")).unwrap()))
                    .build()
                    .unwrap();
                let mut bytes = Cursor::new(vec![0; message.padded_size()]);
                message.to_bytes(&mut bytes).unwrap();
                black_box(bytes);
            }),
        ),
    ];
    meter.print_calls(iters, &calls)
}
