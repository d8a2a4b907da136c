//! Kinds without settings of their own, and those with one or two.

use netlink::generated::route::batadv::BatadvLink;
use netlink::generated::route::link::{Link, LinkKind};
use netlink::generated::route::ppp::PppLink;
use netlink::generated::route::route::RouteTable;
use netlink::generated::route::vrf::VrfLink;
use netlink::generated::route::xfrm_link::XfrmLink;

use super::{Trial, data, some};
use crate::harness::{live, make, refused};
use crate::need::{disposable, kernel, link};

live! {
    fn dummy(nl) needs [link("dummy")] {
        let request = Link::dummy("d0").mtu(1400u32).address([2, 0, 0, 0, 0, 1]).num_tx_queues(3u32);
        Trial::of(request.txqlen(50u32).group(7u32).gso_max_size(40_000u32)).run(nl);
    }

    fn ifb(nl) needs [link("ifb")] {
        Trial::of(Link::of_kind("i0", LinkKind::Ifb).num_tx_queues(2u32)).run(nl);
    }

    fn nlmon(nl) needs [link("nlmon")] {
        Trial::of(Link::of_kind("n0", LinkKind::Nlmon)).run(nl);
    }

    fn vsockmon(nl) needs [link("vsockmon")] {
        Trial::of(Link::of_kind("v0", LinkKind::Vsockmon)).run(nl);
    }

    fn team(nl) needs [link("team")] {
        Trial::of(Link::of_kind("t0", LinkKind::Team)).run(nl);
        let team = make(nl, &Link::of_kind("t0", LinkKind::Team));
        let port = make(nl, &Link::dummy("d0"));
        nl.links().master(port.index, team.index).unwrap();
        let port = nl.links().get(port.index).unwrap();
        let slave = port.link_info.unwrap().slave_kind;
        assert_eq!(slave, Some(netlink::generated::route::link::SlaveKind::Team));
    }

    fn vcan(nl) needs [link("vcan")] {
        Trial::of(Link::of_kind("c0", LinkKind::Vcan).mtu(72u32)).run(nl);
    }

    fn wireguard(nl) needs [link("wireguard")] {
        Trial::of(Link::of_kind("w0", LinkKind::Wireguard)).run(nl);
    }

    fn batadv(nl) needs [link("batadv")] {
        let settings = BatadvLink::default().algo_name("BATMAN_IV");
        // The settings belong to a generic netlink family, which tells them.
        Trial::of(Link::of_kind("bat0", LinkKind::Batadv(some(settings))))
            .told(|link| link.link_info = None)
            .run(nl);
    }

    fn vrf(nl) needs [link("vrf")] {
        let settings = || VrfLink::default().table(RouteTable(100));
        Trial::of(Link::of_kind("vrf0", LinkKind::Vrf(some(settings())))).run(nl);
        let vrf = make(nl, &Link::of_kind("vrf0", LinkKind::Vrf(some(settings()))));
        let below = make(nl, &Link::dummy("d0").master(vrf.index));
        let below = nl.links().get(below.index).unwrap();
        match below.link_info.unwrap().slave_kind {
            Some(netlink::generated::route::link::SlaveKind::Vrf(Some(slave))) => {
                assert_eq!(slave.table, Some(RouteTable(100)));
            }
            other => panic!("{other:?}"),
        }
        let without = refused(nl.links().add(&Link::of_kind("vrf1", LinkKind::Vrf(None))));
        assert!(without.is_invalid(), "{without}");
    }

    fn xfrm(nl) needs [link("xfrm")] {
        let below = make(nl, &Link::dummy("d0"));
        let settings = XfrmLink::default().link(below.index).if_id(7u32);
        Trial::of(Link::of_kind("x0", LinkKind::Xfrm(some(settings))))
            .run_and(nl, |link| data!(link, Xfrm).if_id = Some(8));
    }

    fn xfrm_external(nl) needs [link("xfrm"), kernel(6, 2, "an xfrm interface with external metadata")] {
        let settings = XfrmLink::default().collect_metadata(true);
        Trial::of(Link::of_kind("x0", LinkKind::Xfrm(some(settings)))).run(nl);
    }

    fn ppp(nl) needs [link("ppp"), disposable()] {
        use std::os::fd::AsRawFd;
        let channel = std::fs::File::options().read(true).write(true).open("/dev/ppp").unwrap();
        let settings = PppLink::default().dev_fd(channel.as_raw_fd());
        Trial::of(Link::of_kind("p0", LinkKind::Ppp(some(settings))))
            .told(|link| link.link_info = None)
            .run(nl);
    }
}
