//! IP over IP, with and without IPsec.

use std::net::Ipv6Addr;

use netlink::Netlink;
use netlink::generated::core::IpProtocol;
use netlink::generated::route::ip_tunnel::{
    Ip6TunnelFlags, Ip6tnlLink, IpipLink, SitLink, TunnelEncapFlags, TunnelEncapKind, Vti6Link,
    VtiLink,
};
use netlink::generated::route::link::{Link, LinkKind};

use super::gre::able;
use super::{Trial, data, some};
use crate::harness::{live, make};
use crate::need::link;

/// An interface for tunnels to run over.
fn below(nl: &Netlink) -> u32 {
    make(nl, &Link::dummy("below").set_up()).index
}

fn v6(text: &str) -> Ipv6Addr {
    text.parse().unwrap()
}

live! {
    fn ipip(nl) needs [link("dummy"), link("ipip")] {
        let settings = IpipLink::default()
            .link(below(nl))
            .local([192, 0, 2, 1])
            .remote([192, 0, 2, 2])
            .ttl(64u8)
            .tos(0x10u8)
            .proto(IpProtocol::IPIP)
            .pmtudisc(true)
            .fwmark(5u32)
            .encap_type(TunnelEncapKind::NONE)
            .encap_flags(TunnelEncapFlags::CSUM)
            .encap_sport(5555u16)
            .encap_dport(6666u16);
        Trial::of(Link::of_kind("t0", LinkKind::Ipip(some(settings))))
            .run_and(nl, |link| data!(link, Ipip).tos = Some(0x20));
    }

    fn ipip_external(nl) needs [link("ipip")] {
        let settings = IpipLink::default().collect_metadata(true);
        Trial::of(Link::of_kind("t0", LinkKind::Ipip(some(settings)))).run(nl);
    }

    fn sit(nl) needs [link("dummy"), link("sit")] {
        let settings = SitLink::default()
            .link(below(nl))
            .local([192, 0, 2, 1])
            .remote([192, 0, 2, 2])
            .ttl(64u8)
            .tos(0x10u8)
            .proto(IpProtocol::IPV6)
            .pmtudisc(true)
            .fwmark(5u32);
        Trial::of(Link::of_kind("t0", LinkKind::Sit(some(settings))))
            .run_and(nl, |link| data!(link, Sit).ttl = Some(32));
    }

    fn sit_with_6rd(nl) needs [link("sit")] {
        let settings = SitLink::default()
            .local([192, 0, 2, 1])
            .ttl(64u8)
            .sixrd_prefix(v6("2001:db8::"))
            .sixrd_prefixlen(32u16)
            .sixrd_relay_prefix([192, 0, 0, 0])
            .sixrd_relay_prefixlen(8u16);
        Trial::of(Link::of_kind("t0", LinkKind::Sit(some(settings))))
            .run_and(nl, |link| data!(link, Sit).sixrd_prefix = Some(v6("2001:db9::")));
    }

    fn ip6tnl(nl) needs [link("dummy"), link("ip6tnl")] {
        let settings = Ip6tnlLink::default()
            .link(below(nl))
            .local(v6("2001:db8::1"))
            .remote(v6("2001:db8::2"))
            .ttl(64u8)
            .encap_limit(3u8)
            .flowinfo(0x0001_2345u32)
            .flags(Ip6TunnelFlags::RCV_DSCP_COPY | Ip6TunnelFlags::ALLOW_LOCAL_REMOTE)
            .proto(IpProtocol::IPV6)
            .fwmark(5u32)
            .encap_type(TunnelEncapKind::NONE)
            .encap_flags(TunnelEncapFlags::CSUM6)
            .encap_sport(5555u16)
            .encap_dport(6666u16);
        Trial::of(Link::of_kind("t0", LinkKind::Ip6tnl(some(settings))))
            .told(|link| able(&mut data!(link, Ip6tnl).flags))
            .run_and(nl, |link| data!(link, Ip6tnl).encap_limit = Some(4));
    }

    fn ip6tnl_external(nl) needs [link("ip6tnl")] {
        let settings = Ip6tnlLink::default().collect_metadata(true);
        Trial::of(Link::of_kind("t0", LinkKind::Ip6tnl(some(settings)))).run(nl);
    }

    fn vti(nl) needs [link("dummy"), link("vti")] {
        let settings = VtiLink::default()
            .link(below(nl))
            .ikey(7u32)
            .okey(9u32)
            .local([192, 0, 2, 1])
            .remote([192, 0, 2, 2])
            .fwmark(5u32);
        Trial::of(Link::of_kind("t0", LinkKind::Vti(some(settings))))
            .run_and(nl, |link| data!(link, Vti).fwmark = Some(6));
    }

    fn vti6(nl) needs [link("dummy"), link("vti6")] {
        let settings = Vti6Link::default()
            .link(below(nl))
            .ikey(7u32)
            .okey(9u32)
            .local(v6("2001:db8::1"))
            .remote(v6("2001:db8::2"))
            .fwmark(5u32);
        Trial::of(Link::of_kind("t0", LinkKind::Vti6(some(settings))))
            .run_and(nl, |link| data!(link, Vti6).fwmark = Some(6));
    }
}
