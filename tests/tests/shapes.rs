//! The generator's fixtures compile, and their types round-trip samples and real bytes.

#[path = "../../codegen/tests/fixtures/ok/mod.rs"]
mod ok;

#[path = "shapes/clauses.rs"]
mod clauses;
#[path = "shapes/selectors.rs"]
mod selectors;
#[path = "shapes/tails.rs"]
mod tails;
#[path = "shapes/unions.rs"]
mod unions;
#[path = "shapes/views.rs"]
mod views;

use netlink::wire::{Cx, Direction, Encoder, Key, Messages, Shape, Value, schema};
use netlink_tests::order;

fn encode<T: Value>(value: &T, direction: Direction) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .encode(&mut Encoder::lossless(&mut bytes, direction))
        .unwrap();
    bytes
}

/// One attribute, padded.
fn attr(id: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ((payload.len() + 4) as u16).to_ne_bytes().to_vec();
    bytes.extend(id.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
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
    samples::<ok::include::include::State>();
    samples::<ok::include::include::Flush>();
    samples::<ok::lead::lead::Request>();
    samples::<ok::lead::lead::Answer>();
    samples::<ok::genl::genl::Ctrl>();
    samples::<ok::feature::link::Link>();
    samples::<ok::tag_or::tag_or::LinkInfo>();
    samples::<ok::providers::providers::Outer>();
    samples::<ok::bytecode::bytecode::Request>();
    samples::<ok::way::way::Meta>();
    samples::<ok::way::way::RxNfc>();
    samples::<ok::masks::masks::LinkSettings>();
    samples::<ok::masks::masks::Table>();
    samples::<ok::masks::masks::Bits>();
    samples::<ok::masks::masks::Keys>();
    samples::<ok::by_length::by_length::Answer>();
    samples::<ok::groups::groups::Opts>();
    samples::<ok::bitfield::bitfield::Action>();
    samples::<ok::lossless::multiset::Bag>();
    samples::<ok::lossless::order::Queue>();
    samples::<ok::lossless::padding::Parcel>();
    samples::<ok::lossless::flag_bits::Outer>();
    samples::<ok::lossless::trailing_nul::Names>();
    samples::<ok::lossless::growth::Shop>();
    samples::<ok::lossless::short_header::Request>();
    samples::<ok::lossless::duplicates::Twice>();
    assert_eq!(ok::scalars::scalars::NAME_MAX, 16);
}

/// Bytes of a little-endian machine, as this one has them.
fn stored<T: Value>(hex: &str, direction: Direction) -> Vec<u8> {
    let bytes = netlink_tests::from_hex(&hex.replace(' ', ""));
    order::payload(&T::SHAPE, &bytes, direction, None)
}

/// Decodes and encodes real bytes; lossless in the sense of the schema.
fn real<T: Value>(hex: &str, direction: Direction) -> T {
    let bytes = stored::<T>(hex, direction);
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

/// Messages with more than one meaning of a number: by direction, by what is asked for, by the front of the body.
fn message<M: Messages + std::fmt::Debug>(kind: u16, hex: &str, cx: Cx<'_>) -> M {
    let bytes = netlink_tests::from_hex(&hex.replace(' ', ""));
    let mut types = M::TYPES.iter();
    let meant = types.find(|(meant, _)| {
        meant.id == kind
            && meant.direction.is_none_or(|only| only == cx.direction())
            && (!meant.dump_only || cx.is_dump())
    });
    let shape = meant.and_then(|(_, shape)| *shape).unwrap();
    let context = match cx.inherited() {
        Some(Key::Int(number)) => Some(number),
        _ => None,
    };
    let bytes = order::payload(&shape, &bytes, cx.direction(), context);
    let message = M::decode(kind, &bytes, cx).unwrap();
    assert_eq!(message.to_vec(cx.direction()).unwrap(), bytes);
    message
}

#[test]
fn a_request_for_a_dump_has_a_body_of_its_own() {
    use ok::include::xfrm::XfrmMessage;
    let dump = message(18, "08 00 15 00 01 02 03 04", Cx::to_kernel().for_dump());
    match dump {
        XfrmMessage::GetSaDump(filter) => {
            let mark = filter.mark.unwrap();
            assert_eq!((mark.major(), mark.minor()), (0x0403, 1));
        }
        other => panic!("{other:?}"),
    }
    let id = "c0 00 02 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 02 00 32 00";
    match message(18, id, Cx::to_kernel()) {
        XfrmMessage::GetSa(state) => {
            assert_eq!(state.daddr.to_ip(), Some("192.0.2.1".parse().unwrap()));
            assert_eq!(state.spi, 256);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_required_attribute_is_missed_in_requests() {
    let mut bytes = Vec::new();
    let error = ok::include::include::Filter::default()
        .encode(&mut Encoder::request(&mut bytes))
        .unwrap_err();
    assert!(error.to_string().contains("XFRMA_MARK"), "{error}");
}

#[test]
fn an_address_attribute_takes_its_family_from_the_header() {
    let state: ok::include::include::State = real(
        "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0a 00 32 00 14 00 0d 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01",
        Direction::FromKernel,
    );
    assert_eq!(
        state.srcaddr.unwrap().to_ip(),
        Some("2001:db8::1".parse().unwrap())
    );
}

#[test]
fn the_front_of_a_body_selects_it() {
    use ok::lead::{lead::Answer, lead::Info, lead::Request, sock_diag::SockDiagMessage};
    match message(20, "0a 06 00 00 00 00 00 ff", Cx::to_kernel()) {
        SockDiagMessage::Request(request) => match *request {
            Request::Inet(inet) => assert_eq!((inet.family, inet.states), (10, 255)),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    // The same number the other way; what only the request says comes from the context.
    let cx = Cx::from_kernel().with_inherited(Some(Key::Int(6)));
    match message(20, "02 01 00 00 08 00 02 00 07 00 00 00", cx) {
        SockDiagMessage::Socket(answer) => match *answer {
            Answer::Inet(socket) => assert_eq!(socket.info, Some(Info::Tcp(7))),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    // One attribute instead of a header that begins with the family.
    match message(
        20,
        "14 00 02 80 08 00 01 00 07 00 00 00 08 00 02 00 09 00 00 00",
        cx,
    ) {
        SockDiagMessage::Socket(answer) => match *answer {
            Answer::Tipc(message) => assert_eq!(message.sock.unwrap().port, Some(9)),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    // A family this version does not know stays as it came; a body without any is malformed.
    match message(20, "2a 00 01", Cx::to_kernel()) {
        SockDiagMessage::Request(request) => {
            assert_eq!(*request, Request::Other(Box::new([0x2a, 0, 1])))
        }
        other => panic!("{other:?}"),
    }
    assert!(SockDiagMessage::decode(20, &[], Cx::to_kernel()).is_err());
}

#[test]
fn maps_keep_their_keys_and_text_is_handed_down() {
    let ctrl: ok::genl::genl::Ctrl = real(
        "0b 00 02 00 6e 75 6d 62 65 72 00 00 \
         14 00 08 80 10 00 07 80 0c 00 05 80 08 00 02 00 09 00 00 00 \
         0c 00 0a 80 08 00 01 00 2a 00 00 00",
        Direction::FromKernel,
    );
    let policy = &ctrl.policy.unwrap()[0];
    assert_eq!(
        (policy.0, policy.1[0].0, policy.1[0].1.limit),
        (7, 5, Some(9))
    );
    assert_eq!(
        ctrl.inner.unwrap().data,
        Some(ok::genl::genl::Data::Number(42))
    );
}

#[test]
fn parts_of_a_number() {
    use ok::include::include::{Direction as Way, Flush, Handle};
    let handle = Handle::new(0x10, Way::OUT, 3);
    assert_eq!(handle.0, 0x0010_0103);
    assert_eq!(
        handle.with_minor(0xff).with_dir(Way::IN),
        Handle(0x0010_00ff)
    );
    assert_eq!(
        format!("{handle:?}"),
        "Handle { major: 16, dir: 1, minor: 3 }"
    );
    // Packed: the handle stands right behind one byte.
    let flush = Flush {
        proto: 50,
        handle,
        ..Flush::default()
    };
    let encoded = encode(&flush, Direction::ToKernel);
    assert_eq!(
        (encoded[0], &encoded[1..5]),
        (50, &handle.0.to_ne_bytes()[..])
    );
    assert_eq!(encode(&flush, Direction::ToKernel).len(), 45);
}

#[test]
fn families_and_protocols_have_names() {
    let families = [
        (ok::include::FAMILIES, "xfrm", 6, None),
        (ok::lead::FAMILIES, "sock_diag", 4, None),
        (ok::genl::FAMILIES, "nlctrl", 16, Some(("nlctrl", 2))),
    ];
    for (list, name, protocol, genl) in families {
        let family = &list[0];
        let (kind, _) = &family.types[0];
        assert_eq!(
            (family.name, kind.protocol, kind.family),
            (name, protocol, genl)
        );
    }
    let numbers = (
        ok::include::include::NETLINK_XFRM,
        ok::lead::lead::NETLINK_SOCK_DIAG,
    );
    assert_eq!(numbers, (6, 4));
    let genl = (
        ok::genl::genl::CTRL_GENL_NAME,
        ok::genl::genl::CTRL_GENL_VERSION,
    );
    assert_eq!(genl, ("nlctrl", 2));
}
