//! Tunnels over UDP.

use std::net::Ipv6Addr;

use netlink::generated::core::Seconds;
use netlink::generated::route::geneve::{GeneveDf, GeneveLink, GenevePortRange};
use netlink::generated::route::gtp::{GtpLink, GtpRole};
use netlink::generated::route::link::{Link, LinkKind};
use netlink::generated::route::ovpn::{OvpnLink, OvpnMode};
use netlink::generated::route::vxlan::{
    VxlanDf, VxlanHdr, VxlanLabelPolicy, VxlanLink, VxlanPortRange,
};

use super::{Trial, data, some};
use crate::harness::{live, make};
use crate::need::{link, running};

fn v6(text: &str) -> Ipv6Addr {
    text.parse().unwrap()
}

live! {
    fn vxlan(nl) needs [link("dummy"), link("vxlan")] {
        let below = make(nl, &Link::dummy("below").set_up()).index;
        let mut range = VxlanPortRange::default();
        (range.low, range.high) = (40_000, 50_000);
        let mut settings = VxlanLink::default()
            .id(42u32)
            .group([239, 1, 1, 1])
            .link(below)
            .local([192, 0, 2, 1])
            .ttl(9u8)
            .tos(0x10u8)
            .learning(true)
            .ageing(Seconds(100))
            .limit(1000u32)
            .port_range(range)
            .proxy(true)
            .rsc(true)
            .l2miss(true)
            .l3miss(true)
            .port(4789u16)
            .udp_csum(true)
            .udp_zero_csum6_tx(false)
            .udp_zero_csum6_rx(true)
            .remcsum_tx(false)
            .remcsum_rx(true)
            .gbp(true)
            .remcsum_nopartial(true)
            .df(VxlanDf::SET);
        if running() >= (6, 6) {
            settings = settings.localbypass(false);
        }
        if running() >= (6, 15) {
            settings = settings.mc_route(true);
        }
        Trial::of(Link::of_kind("v0", LinkKind::Vxlan(some(settings))))
            // Up to 7.3 at least: never told, and back to what it was by default at any change.
            .told(|link| data!(link, Vxlan).mc_route = None)
            .noise(|link| data!(link, Vxlan).reserved_bits = None)
            .run_and(nl, |link| data!(link, Vxlan).ageing = Some(Seconds(200)));
    }

    fn vxlan_over_ipv6(nl) needs [link("dummy"), link("vxlan")] {
        let below = make(nl, &Link::dummy("below").set_up()).index;
        let mut settings = VxlanLink::default()
            .id(42u32)
            .group6(v6("ff05::1"))
            .local6(v6("2001:db8::1"))
            .link(below)
            .label(0x0001_2345u32)
            .port(4789u16)
            .learning(false);
        if running() >= (6, 7) {
            settings = settings.label_policy(VxlanLabelPolicy::FIXED);
        }
        Trial::of(Link::of_kind("v0", LinkKind::Vxlan(some(settings))))
            .run_and(nl, |link| data!(link, Vxlan).ttl = Some(7));
    }

    fn vxlan_external(nl) needs [link("vxlan")] {
        let settings = VxlanLink::default().collect_metadata(true).port(4790u16).gpe(true).learning(false);
        Trial::of(Link::of_kind("v0", LinkKind::Vxlan(some(settings)))).run(nl);
        let mut settings = VxlanLink::default()
            .collect_metadata(true)
            .vnifilter(true)
            .port(4789u16)
            .learning(false);
        if running() >= (6, 14) {
            let mut bits = VxlanHdr::default();
            (bits.flags, bits.vni) = (0x00ff_0000, 0xff);
            settings = settings.reserved_bits(bits);
        }
        Trial::of(Link::of_kind("v0", LinkKind::Vxlan(some(settings)))).run(nl);
    }

    fn geneve(nl) needs [link("geneve")] {
        let mut settings = GeneveLink::default()
            .id(42u32)
            .remote([192, 0, 2, 2])
            .ttl(7u8)
            .tos(0x10u8)
            .port(6082u16)
            .udp_csum(true)
            .df(GeneveDf::SET);
        if running() >= (6, 15) {
            let mut range = GenevePortRange::default();
            (range.low, range.high) = (40_000, 50_000);
            settings = settings.port_range(range);
        }
        Trial::of(Link::of_kind("g0", LinkKind::Geneve(some(settings))))
            .run_and(nl, |link| data!(link, Geneve).ttl = Some(8));
    }

    fn geneve_over_ipv6(nl) needs [link("geneve")] {
        let settings = GeneveLink::default()
            .id(42u32)
            .remote6(v6("2001:db8::2"))
            .label(0x0001_2345u32)
            .udp_zero_csum6_tx(true)
            .udp_zero_csum6_rx(true);
        Trial::of(Link::of_kind("g0", LinkKind::Geneve(some(settings))))
            .run_and(nl, |link| data!(link, Geneve).tos = Some(0x20));
    }

    fn geneve_external(nl) needs [link("geneve")] {
        let settings = GeneveLink::default().collect_metadata(true).inner_proto_inherit(true);
        Trial::of(Link::of_kind("g0", LinkKind::Geneve(some(settings)))).run(nl);
    }

    fn gtp(nl) needs [link("gtp")] {
        let mut settings = GtpLink::default()
            .pdp_hashsize(64u32)
            .role(GtpRole::SGSN)
            .create_sockets(true)
            .restart_count(5u8);
        if running() >= (6, 10) {
            settings = settings.local([127, 0, 0, 1]);
        }
        nl.links().up("lo").unwrap();
        Trial::of(Link::of_kind("g0", LinkKind::Gtp(some(settings))))
            .told(|link| {
                let settings = data!(link, Gtp);
                (settings.create_sockets, settings.local) = (None, None);
            })
            .run(nl);
    }

    fn ovpn(nl) needs [link("ovpn")] {
        let settings = OvpnLink::default().mode(OvpnMode::MP);
        Trial::of(Link::of_kind("o0", LinkKind::Ovpn(some(settings)))).run(nl);
    }
}
