//! GRE, and what comes over it.

use netlink::Netlink;
use netlink::generated::route::ip_tunnel::{
    ErspanLink, GreFlags, GreLink, Ip6TunnelFlags, Ip6erspanLink, Ip6greLink, TunnelEncapFlags,
    TunnelEncapKind,
};
use netlink::generated::route::link::{Link, LinkKind};

use super::{Trial, data, some};
use crate::harness::{live, make};
use crate::need::link;

/// An interface for tunnels to run over.
fn below(nl: &Netlink) -> u32 {
    make(nl, &Link::dummy("below").set_up()).index
}

fn v4(below: u32) -> GreLink {
    GreLink::default()
        .link(below)
        .iflags(GreFlags::KEY | GreFlags::CSUM)
        .oflags(GreFlags::KEY | GreFlags::CSUM)
        .ikey(7u32)
        .okey(9u32)
        .local([192, 0, 2, 1])
        .remote([192, 0, 2, 2])
        .ttl(64u8)
        .tos(0x10u8)
        .pmtudisc(true)
        .fwmark(5u32)
        .encap_type(TunnelEncapKind::NONE)
        .encap_flags(TunnelEncapFlags::CSUM)
        .encap_sport(5555u16)
        .encap_dport(6666u16)
}

fn v6(below: u32) -> Ip6greLink {
    Ip6greLink::default()
        .link(below)
        .iflags(GreFlags::KEY | GreFlags::CSUM)
        .oflags(GreFlags::KEY | GreFlags::CSUM)
        .ikey(7u32)
        .okey(9u32)
        .local("2001:db8::1".parse::<std::net::Ipv6Addr>().unwrap())
        .remote("2001:db8::2".parse::<std::net::Ipv6Addr>().unwrap())
        .ttl(64u8)
        .encap_limit(3u8)
        .flowinfo(0x0001_2345u32)
        .flags(Ip6TunnelFlags::RCV_DSCP_COPY)
        .fwmark(5u32)
        .encap_type(TunnelEncapKind::NONE)
        .encap_flags(TunnelEncapFlags::CSUM6)
        .encap_sport(5555u16)
        .encap_dport(6666u16)
}

/// What the kernel adds: that it found a way to send and to receive.
pub(super) fn able(flags: &mut Option<Ip6TunnelFlags>) {
    *flags = flags.map(|flags| flags | Ip6TunnelFlags::from_bits_retain(0x3_0000));
}

live! {
    fn gre(nl) needs [link("dummy"), link("gre")] {
        Trial::of(Link::of_kind("g0", LinkKind::Gre(some(v4(below(nl))))))
            .run_and(nl, |link| data!(link, Gre).fwmark = Some(6));
    }

    fn gre_that_may_fragment(nl) needs [link("gre")] {
        let settings = GreLink::default().local([192, 0, 2, 1]).pmtudisc(false).ignore_df(true);
        Trial::of(Link::of_kind("g0", LinkKind::Gre(some(settings))))
            .run_and(nl, |link| data!(link, Gre).tos = Some(0x20));
    }

    fn gre_external(nl) needs [link("gre")] {
        let settings = GreLink::default().collect_metadata(true);
        Trial::of(Link::of_kind("g0", LinkKind::Gre(some(settings)))).run(nl);
    }

    fn gretap(nl) needs [link("dummy"), link("gretap")] {
        Trial::of(Link::of_kind("g0", LinkKind::Gretap(some(v4(below(nl))))))
            .run_and(nl, |link| data!(link, Gretap).ttl = Some(32));
    }

    fn erspan(nl) needs [link("dummy"), link("erspan")] {
        let settings = || ErspanLink::default()
            .link(nl.links().get("below").unwrap().index)
            .iflags(GreFlags::KEY | GreFlags::SEQ)
            .oflags(GreFlags::KEY | GreFlags::SEQ)
            .ikey(7u32)
            .okey(7u32)
            .local([192, 0, 2, 1])
            .remote([192, 0, 2, 2])
            .ttl(64u8);
        below(nl);
        let first = settings().erspan_ver(1u8).erspan_index(5u32);
        Trial::of(Link::of_kind("e0", LinkKind::Erspan(some(first))))
            .run_and(nl, |link| data!(link, Erspan).erspan_index = Some(6));
        let second = settings().erspan_ver(2u8).erspan_dir(true).erspan_hwid(3u16);
        Trial::of(Link::of_kind("e0", LinkKind::Erspan(some(second))))
            .run_and(nl, |link| data!(link, Erspan).erspan_hwid = Some(4));
    }

    fn ip6gre(nl) needs [link("dummy"), link("ip6gre")] {
        Trial::of(Link::of_kind("g0", LinkKind::Ip6gre(some(v6(below(nl))))))
            .told(|link| able(&mut data!(link, Ip6gre).flags))
            .run_and(nl, |link| data!(link, Ip6gre).fwmark = Some(6));
    }

    fn ip6gretap(nl) needs [link("dummy"), link("ip6gretap")] {
        Trial::of(Link::of_kind("g0", LinkKind::Ip6gretap(some(v6(below(nl))))))
            .told(|link| able(&mut data!(link, Ip6gretap).flags))
            .run_and(nl, |link| data!(link, Ip6gretap).ttl = Some(32));
    }

    fn ip6erspan(nl) needs [link("dummy"), link("ip6erspan")] {
        let settings = Ip6erspanLink::default()
            .link(below(nl))
            .iflags(GreFlags::KEY | GreFlags::SEQ)
            .oflags(GreFlags::KEY | GreFlags::SEQ)
            .ikey(7u32)
            .okey(7u32)
            .local("2001:db8::1".parse::<std::net::Ipv6Addr>().unwrap())
            .remote("2001:db8::2".parse::<std::net::Ipv6Addr>().unwrap())
            .ttl(64u8)
            .erspan_ver(2u8)
            .erspan_dir(true)
            .erspan_hwid(3u16);
        Trial::of(Link::of_kind("e0", LinkKind::Ip6erspan(some(settings))))
            .run_and(nl, |link| data!(link, Ip6erspan).erspan_hwid = Some(4));
    }
}
