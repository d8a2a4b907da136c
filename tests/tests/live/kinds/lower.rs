//! Kinds on top of another interface.

use netlink::Netlink;
use netlink::generated::core::EtherType;
use netlink::generated::route::hsr::{HsrLink, HsrProtocol};
use netlink::generated::route::ipvlan::{IpvlanFlags, IpvlanLink, IpvlanMode};
use netlink::generated::route::link::{Link, LinkKind};
use netlink::generated::route::macsec::{
    MacsecCipher, MacsecLink, MacsecOffload, MacsecValidation,
};
use netlink::generated::route::macvlan::{
    MacvlanFlags, MacvlanLink, MacvlanMacaddrMode, MacvlanMode,
};
use netlink::generated::route::vlan::{VlanFlags, VlanFlagsMask, VlanLink, VlanQosMapping};

use super::{Trial, data, some};
use crate::harness::{live, make};
use crate::need::{kernel, link, running};

/// An interface to put another one on.
fn below(nl: &Netlink) -> u32 {
    make(nl, &Link::dummy("below").set_up()).index
}

fn qos(from: u32, to: u32) -> VlanQosMapping {
    let mut mapping = VlanQosMapping::default();
    (mapping.from, mapping.to) = (from, to);
    mapping
}

/// Settings that macvlan and macvtap share.
fn macvlan_settings() -> MacvlanLink {
    let mut settings = MacvlanLink::default()
        .mode(MacvlanMode::BRIDGE)
        .flags(MacvlanFlags::NODST)
        .bc_queue_len(2000u32);
    if running() >= (6, 4) {
        settings = settings.bc_cutoff(5);
    }
    settings
}

live! {
    fn vlan(nl) needs [link("dummy"), link("vlan")] {
        let mut flags = VlanFlagsMask::default();
        flags.flags = VlanFlags::GVRP | VlanFlags::REORDER_HDR;
        flags.mask = flags.flags;
        let settings = VlanLink::default()
            .id(7u16)
            .protocol(EtherType::DOT1AD)
            .flags(flags)
            .egress_qos(vec![qos(3, 5)])
            .ingress_qos(vec![qos(2, 4)]);
        Trial::of(Link::of_kind("v7", LinkKind::Vlan(some(settings))).link(below(nl)))
            // The kernel tells all bits, as if each had been chosen.
            .told(|link| {
                let flags = data!(link, Vlan).flags.as_mut();
                flags.unwrap().mask = VlanFlags::from_bits_retain(u32::MAX);
            })
            .run_and(nl, |link| {
                data!(link, Vlan).flags.as_mut().unwrap().flags |= VlanFlags::LOOSE_BINDING;
            });
    }

    fn macvlan(nl) needs [link("dummy"), link("macvlan")] {
        Trial::of(Link::of_kind("m0", LinkKind::Macvlan(some(macvlan_settings()))).link(below(nl)))
            .run_and(nl, |link| data!(link, Macvlan).mode = Some(MacvlanMode::PRIVATE));
    }

    fn macvlan_by_source(nl) needs [link("dummy"), link("macvlan")] {
        let sources = vec![[2, 0, 0, 0, 0, 8].into(), [2, 0, 0, 0, 0, 9].into()];
        let settings = macvlan_settings()
            .mode(MacvlanMode::SOURCE)
            .macaddr_mode(MacvlanMacaddrMode::SET)
            .macaddr_data(sources);
        Trial::of(Link::of_kind("m0", LinkKind::Macvlan(some(settings))).link(below(nl)))
            .told(|link| data!(link, Macvlan).macaddr_mode = None)
            // The kernel tells them in the order of a hash.
            .noise(|link| data!(link, Macvlan).macaddr_data.as_mut().unwrap().sort())
            .run(nl);
    }

    fn macvtap(nl) needs [link("dummy"), link("macvtap")] {
        Trial::of(Link::of_kind("m0", LinkKind::Macvtap(some(macvlan_settings()))).link(below(nl)))
            .run_and(nl, |link| data!(link, Macvtap).mode = Some(MacvlanMode::VEPA));
    }

    fn ipvlan(nl) needs [link("dummy"), link("ipvlan")] {
        let settings = IpvlanLink::default().mode(IpvlanMode::L3).flags(IpvlanFlags::PRIVATE);
        Trial::of(Link::of_kind("i0", LinkKind::Ipvlan(some(settings))).link(below(nl)))
            .run_and(nl, |link| data!(link, Ipvlan).flags = Some(IpvlanFlags::VEPA));
    }

    fn ipvtap(nl) needs [link("dummy"), link("ipvtap")] {
        let settings = IpvlanLink::default().mode(IpvlanMode::L2).flags(IpvlanFlags::VEPA);
        Trial::of(Link::of_kind("i0", LinkKind::Ipvtap(some(settings))).link(below(nl)))
            .run_and(nl, |link| data!(link, Ipvtap).flags = Some(IpvlanFlags::PRIVATE));
    }

    fn macsec(nl) needs [link("dummy"), link("macsec")] {
        let settings = MacsecLink::default()
            .port(7u16)
            .cipher_suite(MacsecCipher::GCM_AES_256)
            .icv_len(16u8)
            .encoding_sa(1u8)
            .encrypt(true)
            .protect(true)
            .inc_sci(true)
            .es(false)
            .scb(false)
            .replay_protect(true)
            .window(32u32)
            .validation(MacsecValidation::CHECK)
            .offload(MacsecOffload::OFF);
        Trial::of(Link::of_kind("s0", LinkKind::Macsec(some(settings))).link(below(nl)))
            .told(|link| {
                let settings = data!(link, Macsec);
                settings.port = None;
                if running() < (6, 12) {
                    settings.offload = None;
                }
            })
            .run_and(nl, |link| data!(link, Macsec).encoding_sa = Some(2));
    }

    fn hsr(nl) needs [link("dummy"), link("hsr")] {
        let (one, two) = (below(nl), make(nl, &Link::dummy("two").set_up()).index);
        let settings = HsrLink::default()
            .slave1(one)
            .slave2(two)
            .multicast_spec(9u8)
            .version(1u8)
            .protocol(HsrProtocol::HSR);
        Trial::of(Link::of_kind("h0", LinkKind::Hsr(some(settings))))
            .told(|link| {
                let settings = data!(link, Hsr);
                (settings.multicast_spec, settings.version) = (None, None);
            })
            .noise(|link| data!(link, Hsr).seq_nr = None)
            .run(nl);
    }

    fn prp(nl) needs [link("dummy"), link("hsr"), kernel(6, 10, "the third port of a redundant interface")] {
        let (one, two) = (below(nl), make(nl, &Link::dummy("two").set_up()).index);
        let settings = HsrLink::default().slave1(one).slave2(two).protocol(HsrProtocol::PRP);
        Trial::of(Link::of_kind("h0", LinkKind::Hsr(some(settings))))
            .noise(|link| data!(link, Hsr).seq_nr = None)
            .run(nl);
        let third = make(nl, &Link::dummy("three").set_up()).index;
        let settings = HsrLink::default().slave1(one).slave2(two).interlink(third);
        let made = make(nl, &Link::of_kind("h0", LinkKind::Hsr(some(settings))));
        nl.links().delete(made.index).unwrap();
    }
}
