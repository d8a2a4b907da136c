//! Routes that put headers onto packets.
//!
//! On a disposable machine only: options of tunnels crash some kernels, and a mistake in any other kind could send them too.

use std::net::Ipv6Addr;

use ipnet::IpNet;
use netlink::Netlink;
use netlink::generated::route::encap::{
    ErspanOpts, GeneveOpt, IlaCsumMode, IlaEncap, IlaIdentType, Ip6Encap, IpEncap, MplsEncap,
    RouteEncap, RplEncap, Seg6Action, Seg6Encap, Seg6Local, Seg6Mode, Seg6Tunnel, Srh, TunnelFlags,
    TunnelOpts, VxlanOpts, XfrmEncap,
};
use netlink::generated::route::link::{Link, LinkKind};
use netlink::generated::route::route::{MplsLabel, Route, RouteTable};
use netlink::generated::route::xfrm_link::XfrmLink;
use netlink::route::RouteFilter;
use netlink::wire::Value;

use crate::harness::{live, make};
use crate::need::{disposable, kernel, running};

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn v6(text: &str) -> Ipv6Addr {
    text.parse().unwrap()
}

/// Adds a route with an encapsulation, finds all that was asked for, and deletes it.
fn lives(nl: &Netlink, target: &str, encap: RouteEncap) -> Route {
    let link = match nl.links().get("below") {
        Ok(link) => link,
        Err(_) => make(nl, &Link::dummy("below").set_up()),
    };
    let target = net(target);
    let route = Route::to(target).dev(link.index).encap(encap);
    nl.routes()
        .add(&route)
        .unwrap_or_else(|error| panic!("{error}: {route:?}"));
    let filter = RouteFilter::main().destination(target);
    let mut read = nl.routes().list(&filter).unwrap().into_vec().unwrap();
    let read = read.remove(0);
    let text = format!("{read:?}");
    assert!(
        text.split("unknown: {")
            .skip(1)
            .all(|rest| rest.starts_with('}')),
        "{text}"
    );
    let asked = Route::default().encap(route.encap.clone().unwrap());
    let found = Route::default().encap(read.encap.clone().unwrap());
    let lost = asked.changes_from(&found).unwrap();
    assert!(
        lost.is_none(),
        "asked for {lost:?}\nread back {:?}",
        read.encap
    );
    // As it was read it can be set again, which changes nothing, and removed.
    nl.routes().replace(&read).unwrap();
    let again = nl.routes().list(&filter).unwrap().into_vec().unwrap();
    assert_eq!(again, std::slice::from_ref(&read));
    nl.routes().delete(&read).unwrap();
    assert!(
        nl.routes()
            .list(&filter)
            .unwrap()
            .into_vec()
            .unwrap()
            .is_empty()
    );
    read
}

fn some<T>(encap: T) -> Option<Box<T>> {
    Some(Box::new(encap))
}

fn v4_tunnel() -> IpEncap {
    IpEncap::default()
        .id(42u64)
        .dst([192, 0, 2, 2])
        .src([192, 0, 2, 1])
        .ttl(7u8)
        .tos(0x10u8)
}

fn v6_tunnel() -> Ip6Encap {
    Ip6Encap::default()
        .id(42u64)
        .dst(v6("2001:db8::2"))
        .src(v6("2001:db8::1"))
        .hoplimit(7u8)
        .tc(0x10u8)
}

fn geneve(kinds: &[u8]) -> TunnelOpts {
    let option = |kind: &u8| {
        GeneveOpt::default()
            .class(0x102u16)
            .kind(*kind)
            .data(vec![1, 2, 3, 4])
    };
    TunnelOpts::default().geneve(kinds.iter().map(option).collect::<Vec<_>>())
}

fn srh() -> Srh {
    let mut header = Srh::default();
    header.segments = vec![v6("2001:db8::9"), v6("2001:db8::8")];
    // In units of eight bytes beyond the first; the type of a segment routing header.
    (header.hdr_len, header.kind, header.segments_left) = (4, 4, 1);
    header
}

live! {
    fn mpls(nl) needs [disposable()] {
        let label = |label: u32, bottom: u32| {
            let mut entry = MplsLabel::default();
            entry.entry = label << 12 | bottom << 8;
            entry
        };
        let labels = vec![label(100, 0), label(200, 1)];
        let encap = MplsEncap::default().dst(labels).ttl(9u8);
        lives(nl, "198.51.100.0/24", RouteEncap::Mpls(some(encap)));
    }

    fn ip(nl) needs [disposable()] {
        let encap = v4_tunnel().flags(TunnelFlags::KEY | TunnelFlags::CSUM);
        lives(nl, "198.51.100.0/24", RouteEncap::Ip(some(encap)));
        lives(nl, "2001:db8:1::/48", RouteEncap::Ip(some(v4_tunnel())));
    }

    fn ip6(nl) needs [disposable()] {
        let encap = v6_tunnel().flags(TunnelFlags::KEY | TunnelFlags::SEQ);
        lives(nl, "198.51.100.0/24", RouteEncap::Ip6(some(encap)));
        lives(nl, "2001:db8:1::/48", RouteEncap::Ip6(some(v6_tunnel())));
    }

    fn options_of_geneve(nl) needs [disposable()] {
        lives(nl, "198.51.100.0/24", RouteEncap::Ip(some(v4_tunnel().opts(geneve(&[0x82])))));
        lives(nl, "198.51.101.0/24", RouteEncap::Ip6(some(v6_tunnel().opts(geneve(&[1])))));
    }

    fn several_options_of_geneve(nl) needs [disposable()] {
        // A request has one nest an option, the answer has the attributes of all in one nest.
        let sent = geneve(&[1, 0x82]);
        let read = lives(nl, "198.51.100.0/24", RouteEncap::Ip(some(v4_tunnel().opts(sent.clone()))));
        let Some(RouteEncap::Ip(Some(encap))) = read.encap else { panic!("{read:?}") };
        assert_eq!(encap.opts.unwrap().geneve, sent.geneve);
    }

    fn options_of_vxlan(nl) needs [disposable()] {
        let options = || TunnelOpts::default().vxlan(VxlanOpts::default().gbp(0x123u32));
        lives(nl, "198.51.100.0/24", RouteEncap::Ip(some(v4_tunnel().opts(options()))));
        lives(nl, "198.51.101.0/24", RouteEncap::Ip6(some(v6_tunnel().opts(options()))));
    }

    fn options_of_erspan(nl) needs [disposable()] {
        let first = ErspanOpts::default().ver(1u8).index(5u32);
        let first = TunnelOpts::default().erspan(first);
        lives(nl, "198.51.100.0/24", RouteEncap::Ip(some(v4_tunnel().opts(first))));
        let second = ErspanOpts::default().ver(2u8).dir(1u8).hwid(3u8);
        let second = TunnelOpts::default().erspan(second);
        lives(nl, "198.51.101.0/24", RouteEncap::Ip6(some(v6_tunnel().opts(second))));
    }

    fn segments(nl) needs [disposable()] {
        for mode in [Seg6Mode::ENCAP, Seg6Mode::INLINE] {
            let mut encap = Seg6Encap::default();
            (encap.mode, encap.srh) = (mode, srh());
            if mode == Seg6Mode::INLINE {
                // The place of the packet's own destination.
                encap.srh.segments[0] = Ipv6Addr::UNSPECIFIED;
            }
            let mut tunnel = Seg6Tunnel::default().srh(encap);
            if running() >= (7, 3) && mode == Seg6Mode::ENCAP {
                tunnel = tunnel.src(v6("2001:db8::1"));
            }
            lives(nl, "2001:db8:1::/48", RouteEncap::Seg6(some(tunnel)));
        }
    }

    fn behaviours_of_segments(nl) needs [disposable()] {
        let local = |action| Seg6Local::default().action(action);
        let all = [
            local(Seg6Action::END),
            local(Seg6Action::END_X).nh6(v6("2001:db8::9")),
            local(Seg6Action::END_T).table(RouteTable(100)),
            local(Seg6Action::END_DX4).nh4([192, 0, 2, 9]),
            local(Seg6Action::END_DX6).nh6(v6("2001:db8::9")),
            local(Seg6Action::END_DT6).table(RouteTable(100)),
            local(Seg6Action::END_B6_ENCAP).srh(srh()),
        ];
        for local in all {
            lives(nl, "2001:db8:1::1/128", RouteEncap::Seg6Local(some(local)));
        }
    }

    fn identifiers_and_locators(nl) needs [disposable()] {
        let encap = IlaEncap::default()
            .locator(0x2001_0db8_0000_0001u64)
            .csum_mode(IlaCsumMode::NO_ACTION)
            .ident_type(IlaIdentType::LUID);
        lives(nl, "2001:db8::1:0:0:1/128", RouteEncap::Ila(some(encap)));
    }

    fn rpl(nl) needs [disposable(), kernel(7, 3, "RPL in Debian's kernels")] {
        let mut header = netlink::generated::route::encap::RplSrh::default();
        header.segments = vec![v6("2001:db8::8"), v6("2001:db8::9")];
        (header.hdr_len, header.kind) = (4, 3);
        lives(nl, "2001:db8:1::/48", RouteEncap::Rpl(some(RplEncap::default().srh(header))));
    }

    fn xfrm(nl) needs [disposable(), kernel(6, 2, "encapsulation for an xfrm interface")] {
        // A request for a route does not load the module.
        make(nl, &Link::of_kind("x0", LinkKind::Xfrm(some(XfrmLink::default().if_id(7u32)))));
        lives(nl, "198.51.100.0/24", RouteEncap::Xfrm(some(XfrmEncap::default().if_id(7u32))));
    }
}
