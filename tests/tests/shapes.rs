//! The generator's fixtures compile, and their types round-trip samples and real bytes.

#[path = "../../codegen/tests/fixtures/ok/mod.rs"]
mod ok;

use netlink::wire::{Cx, Direction, Encoder, Shape, Value, schema};

fn encode<T: Value>(value: &T, direction: Direction) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .encode(&mut Encoder::lossless(&mut bytes, direction))
        .unwrap();
    bytes
}

/// Every attribute and case of a type, from its schema: the same bytes come back.
fn samples<T: Value + std::fmt::Debug>() {
    for direction in [Direction::FromKernel, Direction::ToKernel] {
        let to_kernel = direction == Direction::ToKernel;
        for sample in schema::samples(&T::SHAPE, to_kernel) {
            let value = T::decode(&sample.bytes, Cx::new(direction)).unwrap();
            let again = encode(&value, direction);
            let canonical = |bytes: &[u8]| schema::canonical(&T::SHAPE, bytes, to_kernel);
            assert_eq!(
                canonical(&again),
                canonical(&sample.bytes),
                "{:?} {value:?}",
                sample.cases
            );
            assert_eq!(again.len(), sample.bytes.len(), "{:?}", sample.cases);
        }
    }
}

#[test]
fn every_fixture_round_trips_its_samples() {
    samples::<ok::netem::netem::NetemAttrs>();
    samples::<ok::xfrm_tmpl::xfrm_tmpl::XfrmAttrs>();
    samples::<ok::u32_sel::u32_sel::U32Attrs>();
    samples::<ok::header_union::header_union::Path>();
    samples::<ok::actions::actions::Actions>();
    samples::<ok::net_byteorder::net_byteorder::Ipset>();
    samples::<ok::gstrings::gstrings::GStrings>();
    samples::<ok::direction::direction::Inet>();
    samples::<ok::scalars::scalars::All>();
    assert_eq!(ok::scalars::scalars::NAME_MAX, 16);
}

/// Decodes and encodes real bytes; lossless in the sense of the schema.
fn real<T: Value>(hex: &str, direction: Direction) -> T {
    let bytes = netlink_tests::from_hex(&hex.replace(' ', ""));
    let value = T::decode(&bytes, Cx::new(direction)).unwrap();
    let canonical =
        |bytes: &[u8]| schema::canonical(&T::SHAPE, bytes, direction == Direction::ToKernel);
    assert_eq!(canonical(&encode(&value, direction)), canonical(&bytes));
    value
}

#[test]
fn netem_is_a_struct_followed_by_attributes() {
    // TCA_OPTIONS of `tc qdisc add dev v0 root netem delay 100ms 10ms 25%` as iproute2 sends it.
    let options: ok::netem::netem::NetemAttrs = real(
        "40420f00 e8030000 00000000 00000000 00000000 a0860100 1000 0100 ffffff3f 00000000 00000000",
        Direction::ToKernel,
    );
    assert_eq!(options.limit, 1000);
    assert_eq!(options.corr.unwrap().delay, 0x3fff_ffff);
}

#[test]
fn a_selector_may_come_after_its_data() {
    // TCA_ACT_TAB with one gact whose options stand before the kind that says what they are.
    let message: ok::actions::actions::Actions = real(
        "28000180 24000180 14000280 10000200 01000000 00000000 02000000 09000100 67616374 00000000",
        Direction::ToKernel,
    );
    let actions = message.act_tab.unwrap();
    let kind = actions.first().unwrap().kind.clone().unwrap();
    let ok::actions::actions::ActionKind::Gact(Some(options)) = kind else {
        panic!("{kind:?}")
    };
    assert_eq!(options.parms.unwrap().action, 2);
}

#[test]
fn a_multipath_record_has_a_nested_encapsulation() {
    // RTA_MULTIPATH of `ip route add … nexthop encap mpls 100 via inet 192.0.2.2`.
    let route: ok::header_union::header_union::Path = real(
        "02180000 00000000 28000900 2400 00 00 02000000 08000500 c0000202 0600 1500 0100 0000 0c00 1680 0800 0100 00064100",
        Direction::FromKernel,
    );
    let hops = route.multipath.unwrap();
    let hop = hops.first().unwrap();
    assert_eq!(
        (hop.ifindex, hop.gateway),
        (2, Some("192.0.2.2".parse().unwrap()))
    );
    let Some(ok::header_union::header_union::Encap::Mpls(Some(mpls))) = &hop.encap_type else {
        panic!("{hop:?}")
    };
    assert_eq!(mpls.dst.as_deref(), Some(&[0x0006_4100][..]));
}

#[test]
fn a_nest_in_network_byte_order() {
    // IPSET_ATTR_DATA of `ipset add s 192.0.2.1,80 timeout 60`.
    let message: ok::net_byteorder::net_byteorder::Ipset = real(
        "20000780 0c000180 08000140 c0000201 06000440 00500000 08000640 0000003c",
        Direction::ToKernel,
    );
    let data = message.data.unwrap();
    assert_eq!((data.port, data.timeout), (Some(80), Some(60)));
    let mut bytes = encode(
        &ok::net_byteorder::net_byteorder::IpsetData::default().port(80),
        Direction::ToKernel,
    );
    bytes.truncate(8);
    assert_eq!(
        bytes[2..],
        u16::to_ne_bytes(0x4004)
            .iter()
            .copied()
            .chain([0, 80, 0, 0])
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_type_for_each_direction() {
    let read: ok::direction::direction::Inet =
        real("0c00 0100 01000000 00000000", Direction::FromKernel);
    assert_eq!((read.conf.unwrap().forwarding, read.set_conf), (1, None));
    let written: ok::direction::direction::Inet =
        real("0c00 0180 08000100 01000000", Direction::ToKernel);
    assert_eq!(written.set_conf.unwrap().forwarding, Some(1));
    // A kernel that knows one member only, and one that knows three.
    let older: ok::direction::direction::Inet = real("0800 0100 01000000", Direction::FromKernel);
    assert_eq!(older.conf.unwrap().growth.short_len(), Some(4));
    let newer: ok::direction::direction::Inet = real(
        "1000 0100 01000000 00000000 07000000",
        Direction::FromKernel,
    );
    assert_eq!(newer.conf.unwrap().growth.tail(), [7, 0, 0, 0]);
}

#[test]
fn an_ioctl_has_a_variable_tail() {
    let mut hex = "1b000000 01000000 02000000".to_owned();
    for name in ["rx_packets", "tx_packets"] {
        let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        hex.push_str(&format!("{digits:0<64}"));
    }
    let strings: ok::gstrings::gstrings::GStrings = real(&hex, Direction::FromKernel);
    assert_eq!(
        strings.data,
        ["rx_packets".into(), "tx_packets".into()] as [netlink::wire::NlString; 2]
    );
    assert!(matches!(
        <ok::gstrings::gstrings::GStrings as Value>::SHAPE,
        Shape::Struct(_)
    ));
}
