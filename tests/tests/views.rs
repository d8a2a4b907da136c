//! Views and owned values read the same from every captured message: header, attributes, nests, unions, lists.

use netlink::generated::route::RouteMessage;
use netlink::generated::route::addr::Address;
use netlink::generated::route::encap::{RouteEncap, RouteEncapView};
use netlink::generated::route::link::{
    Link, LinkInfo, LinkInfoView, LinkKind, LinkKindView, LinkQuery,
};
use netlink::generated::route::neigh::Neighbour;
use netlink::generated::route::route::{
    NextHop, NextHopView, Route, RouteAddr, RouteAddrView, RouteMetrics, RouteMetricsView,
};
use netlink::generated::route::rule::Rule;
use netlink::wire::{Cx, Direction, Key, Kind, Messages, NlString, Value};
use netlink_tests::captured;

/// Header members.
macro_rules! members {
    ($view:expr, $owned:expr, $($field:ident)*) => {
        $(assert_eq!($view.$field(), $owned.$field, stringify!($field));)*
    };
}

/// Attributes whose view is the value.
macro_rules! values {
    ($view:expr, $owned:expr, $($field:ident)*) => {
        $(assert_eq!($view.$field().unwrap().as_ref(), $owned.$field.as_ref(), stringify!($field));)*
    };
}

/// Strings.
macro_rules! texts {
    ($view:expr, $owned:expr, $($field:ident)*) => {
        $(assert_eq!($view.$field().unwrap(), $owned.$field.as_ref().map(NlString::as_nl_str), stringify!($field));)*
    };
}

/// Nests, by what they are when owned.
macro_rules! nests {
    ($view:expr, $owned:expr, $($field:ident)*) => {
        $(assert_eq!(
            $view.$field().unwrap().map(|nest| nest.to_owned().unwrap()).as_ref(),
            $owned.$field.as_deref(),
            stringify!($field)
        );)*
    };
}

/// The cases of a union that hold a boxed set, then those without data.
macro_rules! union {
    ($union:ident, $view_type:ident, $view:expr, $owned:expr, [$($set:ident)*], [$($unit:ident)*]) => {
        match ($view, $owned) {
            (None, None) => {}
            $((Some($view_type::$set(view)), Some($union::$set(owned))) => {
                assert_eq!(view.map(|view| view.to_owned().unwrap()).as_ref(), owned.as_deref());
            })*
            $((Some($view_type::$unit), Some($union::$unit)) => {})*
            (Some($view_type::Other { kind, data }), Some($union::Other { kind: name, data: bytes })) => {
                assert_eq!(format!("{kind:?}"), format!("{name:?}"));
                assert_eq!(data, bytes.as_deref());
            }
            (view, owned) => panic!("{view:?} is not {owned:?}"),
        }
    };
}

fn link(view: <Link as Value>::View<'_>, owned: &Link) {
    members!(view, owned, family hw_type index flags change);
    values!(view, owned, address broadcast mtu link master txqlen map weight oper_state link_mode num_vf group);
    values!(view, owned, ext_mask promiscuity num_tx_queues num_rx_queues carrier carrier_changes link_netns_id);
    values!(view, owned, proto_down gso_max_segs gso_max_size min_mtu max_mtu perm_address carrier_up_count);
    texts!(view, owned, name qdisc alias phys_port_name alt_name parent_dev_name parent_dev_bus_name);
    nests!(view, owned, link_info);
    assert_eq!(
        view.xdp().unwrap().map(|nest| nest.to_owned().unwrap()),
        owned.xdp
    );
    assert_eq!(view.stats().unwrap().as_ref(), owned.stats.as_deref());
    assert_eq!(
        view.prop_list()
            .unwrap()
            .map(|nest| nest.to_owned().unwrap()),
        owned.prop_list
    );
    assert_eq!(
        view.phys_switch_id().unwrap(),
        owned.phys_switch_id.as_deref()
    );
    assert_eq!(view.af_spec().unwrap().is_some(), owned.af_spec.is_some());
    if let (Some(view), Some(owned)) = (view.prop_list().unwrap(), &owned.prop_list) {
        let names: Vec<_> = view.alt_name().unwrap().map(Result::unwrap).collect();
        assert_eq!(
            names,
            owned
                .alt_name
                .iter()
                .map(NlString::as_nl_str)
                .collect::<Vec<_>>()
        );
    }
    if let (Some(view), Some(owned)) = (view.link_info().unwrap(), &owned.link_info) {
        link_info(view, owned);
    }
    assert_eq!(&view.to_owned().unwrap(), owned);
}

fn link_info(view: LinkInfoView<'_>, owned: &LinkInfo) {
    assert_eq!(view.xstats().unwrap().is_some(), owned.xstats.is_some());
    assert_eq!(
        view.slave_kind().unwrap().is_some(),
        owned.slave_kind.is_some()
    );
    if let (Some(LinkKindView::Vlan(Some(view))), Some(LinkKind::Vlan(Some(owned)))) =
        (view.kind().unwrap(), &owned.kind)
    {
        values!(view, owned, id flags protocol);
    }
    // The kinds that are always there; whole links are compared besides, whatever their kind.
    let always = matches!(
        owned.kind.as_ref().and_then(Kind::key),
        Some(Key::Text(
            b"bond"
                | b"bridge"
                | b"macvlan"
                | b"macvtap"
                | b"veth"
                | b"vlan"
                | b"vxlan"
                | b"dummy"
                | b"ifb"
        )) | None
    );
    if always {
        union!(
            LinkKind, LinkKindView, view.kind().unwrap(), &owned.kind,
            [Bond Bridge Macvlan Macvtap Veth Vlan Vxlan], [Dummy Ifb]
        );
    }
}

fn address(view: <Address as Value>::View<'_>, owned: &Address) {
    members!(view, owned, family prefix_len scope index);
    values!(view, owned, address local broadcast anycast multicast cache_info flags rt_priority);
    values!(view, owned, target_netns_id proto);
    texts!(view, owned, label);
    assert_eq!(&view.to_owned().unwrap(), owned);
}

fn route_addr(view: Option<RouteAddrView<'_>>, owned: Option<&RouteAddr>) {
    match (view, owned) {
        (None, None) => {}
        (Some(RouteAddrView::Inet(view)), Some(RouteAddr::Inet(owned))) => assert_eq!(view, *owned),
        (Some(RouteAddrView::Inet6(view)), Some(RouteAddr::Inet6(owned))) => {
            assert_eq!(view, *owned)
        }
        (Some(RouteAddrView::Mpls(view)), Some(RouteAddr::Mpls(owned))) => {
            assert_eq!(&view.collect::<Vec<_>>(), owned)
        }
        (Some(RouteAddrView::Ipmr(view)), Some(RouteAddr::Ipmr(owned))) => assert_eq!(view, *owned),
        (Some(RouteAddrView::Ip6mr(view)), Some(RouteAddr::Ip6mr(owned))) => {
            assert_eq!(view, *owned)
        }
        (view, owned) => panic!("{view:?} is not {owned:?}"),
    }
}

fn encap(view: Option<RouteEncapView<'_>>, owned: &Option<RouteEncap>) {
    union!(
        RouteEncap, RouteEncapView, view, owned,
        [Mpls Ip Ila Ip6 Seg6 Bpf Seg6Local Rpl Ioam6 Xfrm], []
    );
}

fn metrics(view: RouteMetricsView<'_>, owned: &RouteMetrics) {
    values!(view, owned, lock mtu window rtt rttvar ssthresh cwnd advmss reordering hoplimit initcwnd features);
    values!(view, owned, rto_min initrwnd quickack fastopen_no_cookie);
    texts!(view, owned, cc_algo);
}

fn next_hop(view: NextHopView<'_>, owned: &NextHop) {
    members!(view, owned, flags hops index);
    values!(view, owned, gateway flow via);
    route_addr(view.newdst().unwrap(), owned.newdst.as_ref());
    encap(view.encap().unwrap(), &owned.encap);
    assert_eq!(&view.to_owned().unwrap(), owned);
}

fn route(view: <Route as Value>::View<'_>, owned: &Route) {
    members!(view, owned, family dst_len src_len tos protocol scope kind flags);
    values!(view, owned, iif oif gateway priority prefsrc flow cache_info table mark via pref expires);
    assert_eq!(
        view.mfc_stats().unwrap().as_ref(),
        owned.mfc_stats.as_deref()
    );
    values!(view, owned, uid ttl_propagate ip_proto sport dport nh_id);
    nests!(view, owned, metrics);
    for (view, owned) in [
        (view.dst(), &owned.dst),
        (view.src(), &owned.src),
        (view.newdst(), &owned.newdst),
    ] {
        route_addr(view.unwrap(), owned.as_ref());
    }
    encap(view.encap().unwrap(), &owned.encap);
    if let (Some(view), Some(owned)) = (view.metrics().unwrap(), &owned.metrics) {
        metrics(view, owned);
    }
    let hops = view
        .multipath()
        .unwrap()
        .map(|hops| hops.collect::<Result<Vec<_>, _>>().unwrap());
    assert_eq!(
        hops.as_ref().map(Vec::len),
        owned.multipath.as_ref().map(Vec::len)
    );
    for (view, owned) in hops
        .into_iter()
        .flatten()
        .zip(owned.multipath.iter().flatten())
    {
        next_hop(view, owned);
    }
    assert_eq!(&view.to_owned().unwrap(), owned);
}

fn rule(view: <Rule as Value>::View<'_>, owned: &Rule) {
    members!(view, owned, family dst_len src_len tos action flags);
    values!(view, owned, dst src goto priority fwmark flow tun_id suppress_ifgroup suppress_prefixlen table fwmask);
    values!(view, owned, uid_range protocol ip_proto sport_range dport_range dscp);
    texts!(view, owned, iif_name oif_name);
    assert_eq!(&view.to_owned().unwrap(), owned);
}

fn neighbour(view: <Neighbour as Value>::View<'_>, owned: &Neighbour) {
    members!(view, owned, family index state flags kind);
    values!(view, owned, dst lladdr cache_info probes vlan port vni via_ifindex master link_netns_id src_vni protocol);
    values!(view, owned, nh_id flags_ext);
    assert_eq!(
        view.fdb_ext_attrs()
            .unwrap()
            .map(|nest| nest.to_owned().unwrap()),
        owned.fdb_ext_attrs
    );
    assert_eq!(&view.to_owned().unwrap(), owned);
}

fn query(view: <LinkQuery as Value>::View<'_>, owned: &LinkQuery) {
    members!(view, owned, family hw_type index flags change);
    values!(view, owned, master ext_mask target_netns_id);
    texts!(view, owned, name alt_name);
    let kind = view.link_info().unwrap();
    assert_eq!(kind.map(|nest| nest.to_owned().unwrap()), owned.link_info);
    assert_eq!(&view.to_owned().unwrap(), owned);
}

#[test]
fn views_agree_with_owned_values() {
    use RouteMessage as M;
    let mut seen = [0; 6];
    for message in captured(include_str!("../data/route.hex")) {
        let direction = if message.to_kernel {
            Direction::ToKernel
        } else {
            Direction::FromKernel
        };
        let (body, cx) = (&message.body, Cx::new(direction));
        match RouteMessage::decode(message.kind, body, cx).unwrap() {
            M::NewLink(owned)
            | M::DelLink(owned)
            | M::SetLink(owned)
            | M::NewLinkProp(owned)
            | M::DelLinkProp(owned) => {
                link(Link::view(body, cx).unwrap(), &owned);
                seen[0] += 1;
            }
            M::GetLink(owned) => {
                query(LinkQuery::view(body, cx).unwrap(), &owned);
                seen[5] += 1;
            }
            M::NewAddr(owned) | M::DelAddr(owned) | M::GetAddr(owned) => {
                address(Address::view(body, cx).unwrap(), &owned);
                seen[1] += 1;
            }
            M::NewRoute(owned) | M::DelRoute(owned) | M::GetRoute(owned) => {
                route(Route::view(body, cx).unwrap(), &owned);
                seen[2] += 1;
            }
            M::NewRule(owned) | M::DelRule(owned) | M::GetRule(owned) => {
                rule(Rule::view(body, cx).unwrap(), &owned);
                seen[3] += 1;
            }
            M::NewNeigh(owned) | M::DelNeigh(owned) | M::GetNeigh(owned) => {
                neighbour(Neighbour::view(body, cx).unwrap(), &owned);
                seen[4] += 1;
            }
            _ => {}
        }
    }
    assert!(
        seen.iter().all(|count| *count > 10),
        "links, addresses, routes, rules, neighbours, questions for links: {seen:?}"
    );
}
