//! Kinds that come in pairs.

use netlink::generated::route::link::{Link, LinkKind};
use netlink::generated::route::netkit::{NetkitAction, NetkitLink, NetkitMode, NetkitScrub};
use netlink::generated::route::vxcan::VxcanLink;

use super::{Trial, data, some};
use crate::harness::live;
use crate::need::{link, running};

live! {
    fn veth(nl) needs [link("veth")] {
        let peer = Link::default().name("right").mtu(1300u32).address([2, 0, 0, 0, 0, 2]);
        Trial::of(Link::veth_with("left", peer).mtu(1400u32).address([2, 0, 0, 0, 0, 1]))
            // What belongs to the other end is read there.
            .told(|link| link.link_info = None)
            .run(nl);
    }

    fn vxcan(nl) needs [link("vxcan")] {
        let settings = VxcanLink::default().peer(Link::default().name("right").mtu(16u32));
        Trial::of(Link::of_kind("left", LinkKind::Vxcan(some(settings))).mtu(72u32))
            .told(|link| link.link_info = None)
            .run(nl);
    }

    fn netkit(nl) needs [link("netkit")] {
        let mut settings = NetkitLink::default()
            .peer_info(Link::default().name("right"))
            .mode(NetkitMode::L2)
            .policy(NetkitAction::PASS)
            .peer_policy(NetkitAction::DROP);
        if running() >= (6, 12) {
            settings = settings.scrub(NetkitScrub::NONE).peer_scrub(NetkitScrub::DEFAULT);
        }
        if running() >= (6, 14) {
            settings = settings.headroom(64u16).tailroom(32u16);
        }
        Trial::of(Link::of_kind("left", LinkKind::Netkit(some(settings))))
            .told(|link| data!(link, Netkit).peer_info = None)
            .run_and(nl, |link| data!(link, Netkit).policy = Some(NetkitAction::DROP));
    }
}
