//! The size of every type that users hold many of, or that every call returns: a change shows in review.

use netlink::generated::route::{RouteMessage, addr, encap, link, neigh, route, rule};
use netlink::wire::{
    Cx, DecodeError, EncodeError, Encoder, Growth, HwAddr, InetAddr, MacAddr, NlStr, NlString,
    RawAttr, Unknown, Value,
};
use std::fmt::Write;
use std::mem::size_of;

#[test]
#[cfg_attr(
    not(target_pointer_width = "64"),
    ignore = "the snapshot is that of 64-bit hosts"
)]
fn sizes() {
    let mut table = String::new();
    macro_rules! sizes {
        ($($type:ty),* $(,)?) => {$(
            let name = stringify!($type).rsplit("::").next().unwrap_or_default().to_owned();
            writeln!(table, "{:5} {name}", size_of::<$type>()).unwrap();
        )*};
    }
    sizes!(
        link::Link,
        link::LinkInfo,
        link::LinkKind,
        link::SlaveKind,
        addr::Address,
        route::Route,
        route::NextHop,
        route::RouteAddr,
        route::RouteVia,
        route::RouteMetrics,
        encap::RouteEncap,
        rule::Rule,
        neigh::Neighbour,
        RouteMessage,
    );
    type LinkView<'a> = <link::Link as Value>::View<'a>;
    type RouteView<'a> = <route::Route as Value>::View<'a>;
    sizes!(
        LinkView<'_>,
        RouteView<'_>,
        NlString,
        NlStr<'_>,
        HwAddr,
        MacAddr,
        InetAddr,
        Unknown,
        Growth,
        RawAttr<'_>,
        Cx<'_>,
        Encoder<'_>,
        DecodeError,
        EncodeError,
        netlink::Error,
    );
    insta::assert_snapshot!(table);
}

/// What sits in every value and every result must stay small, whatever the snapshot says.
#[test]
fn what_is_everywhere_is_small() {
    let word = size_of::<usize>();
    assert_eq!(size_of::<Unknown>(), word);
    assert_eq!(size_of::<Growth>(), word);
    assert_eq!(size_of::<Result<(), DecodeError>>(), word);
    assert_eq!(size_of::<Result<(), EncodeError>>(), word);
    assert!(size_of::<NlString>() <= 24);
    assert!(size_of::<HwAddr>() <= 24);
}
