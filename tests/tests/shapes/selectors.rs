//! Unions by selectors that stand in unusual places.

use super::{attr, encode, ok, real, stored};
use netlink::wire::{Cx, Direction, Value};

#[test]
fn a_tag_may_be_absent() {
    use ok::tag_or::tag_or::{Address, Driver, LinkInfo, LinkInfoView, Slave, SlaveView};
    let head = [2, 0, 0, 0].to_vec();
    let kind = |name: &[u8]| attr(1, name);
    let port = attr(5 | 0x8000, &attr(1, &[3]));
    let decode = |parts: &[Vec<u8>]| {
        let bytes = parts.concat();
        let info = LinkInfo::decode(&bytes, Cx::to_kernel()).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(real::<LinkInfo>(&hex, Direction::ToKernel), info);
        info
    };
    let state = |info: &LinkInfo| match &info.slave_kind {
        Some(Slave::Bridge(Some(port))) => port.state,
        other => panic!("{other:?}"),
    };

    // As ip-link(8) sends it: no IFLA_INFO_SLAVE_KIND, before or after what stands in for it.
    let bare = [head.clone(), kind(b"bridge_slave\0"), port.clone()];
    let info = decode(&bare);
    assert_eq!(state(&info), Some(3));
    assert_eq!(encode(&info, Direction::ToKernel), bare.concat());
    let info = decode(&[head.clone(), port.clone(), kind(b"bridge_slave\0")]);
    assert_eq!(state(&info), Some(3));
    let bytes = bare.concat();
    let view: LinkInfoView<'_> = LinkInfo::view(&bytes, Cx::to_kernel()).unwrap();
    match view.slave_kind().unwrap() {
        Some(SlaveView::Bridge(Some(port))) => assert_eq!(port.state().unwrap(), Some(3)),
        other => panic!("{other:?}"),
    }

    // A change of the data takes along what says whose they are.
    let base = info.clone();
    let mut changed = base.clone();
    if let Some(Slave::Bridge(Some(port))) = &mut changed.slave_kind {
        port.state = Some(1);
    }
    let change = changed.changes_from(&base).unwrap().unwrap();
    assert_eq!(
        encode(&change, Direction::ToKernel).len(),
        bare.concat().len()
    );
    assert_eq!(state(&change), Some(1));
    assert_eq!(base.changes_from(&base).unwrap(), None);

    // With it, as the kernel answers; also beside a kind that would say the same.
    let tagged = [head.clone(), attr(4, b"bridge\0"), port.clone()];
    let info = decode(&tagged);
    assert_eq!(state(&info), Some(3));
    assert_eq!(encode(&info, Direction::ToKernel), tagged.concat());
    let both = [bare.as_slice(), &[attr(4, b"bridge\0")]].concat();
    let info = decode(&both);
    assert_eq!(state(&info), Some(3));
    assert_eq!(info.unknown.iter().count(), 1, "the tag is said twice");
    // The tag counts where it says something else, also if the data then do not fit.
    let info = decode(&[bare.as_slice(), &[attr(4, b"vrf\0")]].concat());
    assert_eq!((&info.slave_kind, info.unknown.iter().count()), (&None, 2));

    // Nothing stands in for it: raw, as are keys that stand in for nothing.
    for name in [b"bridge\0".as_slice(), b"vrf_slave\0", b"dummy\0"] {
        let info = decode(&[head.clone(), kind(name), port.clone()]);
        assert_eq!((&info.slave_kind, info.unknown.iter().count()), (&None, 1));
    }
    // A case without data has its tag.
    let info = decode(&[head.clone(), kind(b"bridge_slave\0"), attr(4, b"bridge\0")]);
    assert_eq!(info.slave_kind, Some(Slave::Bridge(None)));

    // A member of the header, by number.
    let bytes = [head, attr(7, &[192, 0, 2, 1])].concat();
    let info = LinkInfo::decode(&bytes, Cx::to_kernel()).unwrap();
    let Some(Address::Inet(Some(address))) = info.form else {
        panic!("{info:?}")
    };
    assert_eq!(address.to_string(), "192.0.2.1");
    assert_eq!(encode(&info, Direction::ToKernel), bytes);
    // Another family, and the form is sent.
    let info = info.family(10);
    assert_eq!(encode(&info, Direction::ToKernel)[4..9], attr(6, &[1])[..5]);
    assert!(matches!(
        decode(&[vec![2, 0, 0, 0], kind(b"dummy\0")]).kind,
        Some(Driver::Dummy)
    ));
}

#[test]
fn a_selector_may_be_a_part_of_a_number_in_a_struct() {
    use ok::way::way::{Meta, MetaValue};
    // TCA_EM_META of `tc filter … basic match 'meta(nf_mark gt 24)'`: INT on both sides, a value on the right.
    let meta: Meta = real(
        "00 10 00 00 0c 00 01 00 10 10 00 01 00 10 00 00 08 00 03 00 18 00 00 00",
        Direction::ToKernel,
    );
    assert_eq!(meta.hdr.unwrap().first.kind.value_type(), 1);
    assert_eq!((meta.lvalue, meta.rvalue), (None, Some(MetaValue::Int(24))));
    // VAR on the left, the selector behind its data, and the header's own.
    let bytes = "01 00 00 00 07 00 02 00 65 74 68 00 06 00 04 00 01 02 00 00 0c 00 01 00 03 00 00 00 00 00 00 00";
    let meta: Meta = real(bytes, Direction::ToKernel);
    assert_eq!(meta.lvalue, Some(MetaValue::Var(b"eth".to_vec())));
    assert_eq!(meta.front, Some(MetaValue::Var(vec![1, 2])));
    let bytes = stored::<Meta>(bytes, Direction::ToKernel);
    let view = Meta::view(&bytes, Cx::to_kernel()).unwrap();
    assert!(format!("{:?}", view.lvalue().unwrap()).contains("Var"));
    assert!(format!("{:?}", view.front().unwrap()).contains("Var"));
    // Without the struct nothing says what the value is; eight bytes for a small number are not written again.
    let meta: Meta = real("00 10 00 00 08 00 03 00 18 00 00 00", Direction::ToKernel);
    assert_eq!((meta.rvalue, meta.unknown.iter().count()), (None, 1));
    let meta: Meta = real(
        "00 10 00 00 0c 00 04 00 18 00 00 00 00 00 00 00",
        Direction::ToKernel,
    );
    assert_eq!((meta.front, meta.unknown.iter().count()), (None, 1));
}

#[test]
fn a_union_in_a_struct_has_room_to_spare() {
    use ok::way::way::{Flow, FlowSpec, RxNfc};
    // To what a 64-bit integer aligns differs between machines.
    let pad = vec![0; align_of::<u64>() - 4];
    let mut bytes = 1u32.to_ne_bytes().to_vec();
    bytes.extend(&pad);
    bytes.extend((0x8000_0002u32).to_ne_bytes());
    let fields = |bytes: &mut Vec<u8>, front: &[u8]| {
        let start = bytes.len();
        bytes.extend(front);
        bytes.resize(start + 52, 0);
    };
    fields(&mut bytes, &[192, 0, 2, 1, 0, 80, 7]);
    fields(&mut bytes, &[255, 255, 255, 255, 255, 255, 0]);
    bytes.extend(&pad);
    bytes.extend(9u64.to_ne_bytes());
    let nfc = RxNfc::decode(&bytes, Cx::to_kernel()).unwrap();
    assert_eq!(encode(&nfc, Direction::ToKernel), bytes);
    assert_eq!((nfc.fs.flow_type.ext(), nfc.fs.ring), (1, 9));
    let Flow::Ip4(ip) = &nfc.fs.fields else {
        panic!("{nfc:?}")
    };
    assert_eq!(
        (ip.src.to_string().as_str(), ip.sport, ip.tos),
        ("192.0.2.1", 80, 7)
    );
    assert!(matches!(&nfc.fs.mask, Flow::Ip4(mask) if mask.sport == 0xffff));
    // What stands behind the case, or under a kind that has none, is kept as it came.
    let start = 4 + pad.len();
    for (kind, at) in [(2u32, 4 + 51), (0x11, 4)] {
        let mut odd = bytes.clone();
        odd[start..start + 4].copy_from_slice(&kind.to_ne_bytes());
        odd[start + at] = 0xee;
        let nfc = RxNfc::decode(&odd, Cx::to_kernel()).unwrap();
        assert!(matches!(nfc.fs.fields, Flow::Other(raw) if raw.contains(&0xee)));
        assert_eq!(encode(&nfc, Direction::ToKernel), odd);
    }
    assert_eq!(FlowSpec::default().fields, Flow::Other([0; 52]));
}

#[test]
fn a_union_may_go_by_its_length() {
    use ok::by_length::by_length::{Answer, Ieee, IeeeView};
    let outcome: Answer = real("05 00 0d 00 00 00 00 00", Direction::FromKernel);
    assert_eq!(outcome.ieee, Some(Ieee::Outcome(0)));
    let hex = "0c 00 0d 00 08 00 01 00 05 00 00 00";
    let settings: Answer = real(hex, Direction::FromKernel);
    match settings.ieee {
        Some(Ieee::Settings(settings)) => assert_eq!(settings.mode, Some(5)),
        other => panic!("{other:?}"),
    }
    let bytes = stored::<Answer>(hex, Direction::FromKernel);
    let view = Answer::view(&bytes, Cx::from_kernel()).unwrap();
    assert!(matches!(view.ieee().unwrap(), Some(IeeeView::Settings(_))));
    assert!(
        Answer::view(&[], Cx::from_kernel())
            .unwrap()
            .ieee()
            .unwrap()
            .is_none()
    );
    // No settings at all are settings.
    let empty: Answer = real("04 00 0d 00", Direction::FromKernel);
    assert!(matches!(empty.ieee, Some(Ieee::Settings(_))));
}
