//! Counted tails, self-sized records, sets in groups, bits with names.

use super::{attr, encode, ok, real, stored};
use netlink::wire::{Bitfield32, Cx, Direction, EncodeProblem, Encoder, Value};

fn refused<T: Value>(value: &T) -> String {
    let mut bytes = Vec::new();
    let error = value
        .encode(&mut Encoder::lossless(&mut bytes, Direction::ToKernel))
        .unwrap_err();
    assert!(
        matches!(error.problem(), EncodeProblem::OutOfRange { .. }),
        "{error}"
    );
    error.to_string()
}

#[test]
fn a_record_may_have_its_length_anywhere() {
    use ok::bytecode::bytecode::{HostCond, Op, Operand, Port, Request};
    // INET_DIAG_REQ_BYTECODE of `ss '( sport >= :22 and dst 192.0.2.0/24 )'`.
    let request: Request = real(
        "1c 00 01 00 \
         02 08 1c 00 00 00 16 00 \
         08 10 14 00 02 18 00 00 ff ff ff ff c0 00 02 00",
        Direction::ToKernel,
    );
    let program = request.bytecode.unwrap();
    let (Some(Operand::Port(port)), Some(Operand::Host(host))) =
        (&program[0].operand, &program[1].operand)
    else {
        panic!("{program:?}")
    };
    assert_eq!((program[0].no, port.port), (28, 22));
    assert_eq!((host.prefix_len, host.port), (24, -1));
    // The lengths are computed.
    let built = Request::default().bytecode(vec![
        Op::default()
            .code(3)
            .no(12)
            .operand(Operand::Port(Port::default().port(80).into())),
        Op::default().code(1).no(4),
        Op::default()
            .code(7)
            .operand(Operand::Host(HostCond::default().family(0).port(5).into())),
    ]);
    let [len, id, no, port, next] = [28u16, 1, 12, 80, 4].map(u16::to_ne_bytes);
    assert_eq!(
        encode(&built, Direction::ToKernel),
        [
            &[len, id].concat()[..],
            &[[3, 8], no, [0, 0], port].concat(),
            &[[1, 4], next].concat(),
            &[7, 12, 0, 0, 0, 0, 0, 0],
            &5u32.to_ne_bytes(),
        ]
        .concat()
    );
    // An operand that does not fit its code stays raw in its place.
    let request: Request = real(
        "10 00 01 00 02 0c 00 00 00 00 16 00 00 00 00 00",
        Direction::ToKernel,
    );
    let program = request.bytecode.unwrap();
    let [a, b] = 22u16.to_ne_bytes();
    assert_eq!(
        program[0].operand,
        Some(Operand::Other(Box::new([0, 0, a, b, 0, 0, 0, 0])))
    );
    // With bytes behind the last record everything stays raw; a length that leads nowhere is an error.
    let odd = "09 00 01 00 01 04 00 00 07 00 00 00";
    let request: Request = real(odd, Direction::ToKernel);
    assert_eq!(
        (request.bytecode, request.unknown.iter().count()),
        (None, 1)
    );
    let bytes = stored::<Request>(odd, Direction::ToKernel);
    let view = Request::view(&bytes, Cx::to_kernel()).unwrap();
    assert!(view.bytecode().unwrap().is_none());
    for length in [0u8, 1, 12] {
        let bytes = attr(1, &[1, length, 0, 0]);
        let error = Request::decode(&bytes, Cx::to_kernel()).unwrap_err();
        assert!(
            error.to_string().contains("INET_DIAG_REQ_BYTECODE"),
            "{error}"
        );
    }
    // What a byte cannot count.
    let long = Operand::Other(Box::new([0; 256]));
    let request = Request::default().bytecode(vec![Op::default().code(99).operand(long)]);
    let mut bytes = Vec::new();
    let error = request
        .encode(&mut Encoder::request(&mut bytes))
        .unwrap_err();
    assert!(
        matches!(
            error.problem(),
            EncodeProblem::TooLong {
                most: 255,
                have: 260
            }
        ),
        "{error}"
    );
}

#[test]
fn one_member_counts_several_tails() {
    use ok::masks::masks::{LinkSettings, Table};
    let settings: LinkSettings = real(
        "4c000000 02 000000 01000000 02000000 03000000 04000000 05000000 06000000",
        Direction::FromKernel,
    );
    assert_eq!(settings.nwords, 0, "the lists say how many");
    assert_eq!(
        (
            settings.supported,
            settings.advertising,
            settings.lp_advertising
        ),
        (vec![1, 2], vec![3, 4], vec![5, 6])
    );
    // The number of words that the device has, in answer to a request without any.
    let wanted: LinkSettings = real("4c000000 fe 000000", Direction::FromKernel);
    assert_eq!((wanted.nwords, wanted.supported.len()), (-2, 0));
    let two = LinkSettings::default()
        .supported([1, 2])
        .advertising([3, 4]);
    assert!(refused(&two).contains("lp_advertising"));
    let both = two.lp_advertising([5, 6]);
    assert_eq!(encode(&both, Direction::ToKernel)[4], 2);
    assert!(refused(&both.nwords(-2)).contains("nwords"));
    assert!(refused(&LinkSettings::default().nwords(2)).contains("nwords"));
    // Hidden, and with elements of different sizes.
    let table: Table = real("02 07 0100 0200 03000000 04000000", Direction::FromKernel);
    assert_eq!(
        (table.kind, table.keys, table.values),
        (7, vec![1, 2], vec![3, 4])
    );
    assert!(refused(&Table::default().keys([1])).contains("values"));
}

#[test]
fn a_count_that_cannot_be_written_back_stays_raw() {
    use ok::masks::masks::Keys;
    // Sixteen bits, one word (stored as two).
    let keys: Keys = real("0c000100 1000 02 05 abcd 0700", Direction::FromKernel);
    let bits = keys.bits.unwrap();
    assert_eq!((bits.key, bits.words), (vec![0xab, 0xcd], vec![7]));
    for odd in [
        // Twelve bits take two bytes as sixteen do.
        "0c000100 0c00 02 05 abcd 0700",
        // Less than the bias.
        "0a000100 1000 00 05 abcd 0000",
    ] {
        let keys: Keys = real(odd, Direction::FromKernel);
        assert_eq!((keys.bits, keys.unknown.iter().count()), (None, 1), "{odd}");
    }
    // Nothing, counted by the bias alone.
    let none: Keys = real("08000100 0000 01 05", Direction::FromKernel);
    assert!(none.bits.unwrap().words.is_empty());
}

#[test]
fn sets_stand_in_groups() {
    use ok::groups::groups::{Opt, Opts};
    let opt = |class: u8, data: u8| {
        [
            attr(1, &[0, class]),
            attr(2, &[0x80]),
            attr(3, &[data, 0, 0, 0]),
        ]
        .concat()
    };
    let apart = [attr(0x8001, &opt(1, 7)), attr(0x8001, &opt(2, 8))].concat();
    let together = attr(0x8001, &[opt(1, 7), opt(2, 8)].concat());
    let request = Opts::decode(&apart, Cx::to_kernel()).unwrap();
    let answer = Opts::decode(&together, Cx::from_kernel()).unwrap();
    assert_eq!(request, answer, "one type for both");
    assert_eq!(
        answer
            .geneve
            .iter()
            .map(|opt| opt.class)
            .collect::<Vec<_>>(),
        [Some(1), Some(2)]
    );
    assert!(answer.geneve.iter().all(|opt| opt.unknown.is_empty()));
    assert_eq!(encode(&answer, Direction::ToKernel), apart);
    assert_eq!(encode(&answer, Direction::FromKernel), together);
    for (bytes, cx) in [(&apart, Cx::to_kernel()), (&together, Cx::from_kernel())] {
        let view = Opts::view(bytes, cx).unwrap();
        let owned: Vec<Opt> = view
            .geneve()
            .unwrap()
            .map(|opt| opt.unwrap().to_owned().unwrap())
            .collect();
        assert_eq!(owned, answer.geneve);
    }
    // The other way round a kernel does not speak: a second nest from it stays raw, two options to it are one set.
    let odd = Opts::decode(&apart, Cx::from_kernel()).unwrap();
    assert_eq!((odd.geneve.len(), odd.unknown.iter().count()), (1, 1));
    assert_eq!(encode(&odd, Direction::FromKernel), apart);
    let odd = Opts::decode(&together, Cx::to_kernel()).unwrap();
    assert_eq!((odd.geneve.len(), odd.geneve[0].class), (1, Some(2)));
    // A nest without any option is no list of none.
    let empty = attr(0x8001, &[]);
    let none = Opts::decode(&empty, Cx::from_kernel()).unwrap();
    assert_eq!((none.geneve.len(), none.unknown.iter().count()), (0, 1));
    assert_eq!(
        Opts::decode(&empty, Cx::to_kernel()).unwrap().geneve.len(),
        1
    );
    // The flag of nests is the attribute's to have.
    let bare = Opts::default().bare([Opt::default().class(3)]);
    assert_eq!(encode(&bare, Direction::ToKernel)[2..4], 2u16.to_ne_bytes());
    let error = Opts::decode(
        &attr(1, &[opt(1, 7), vec![9, 0, 1, 0]].concat()),
        Cx::from_kernel(),
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("LWTUNNEL_IP_OPTS_GENEVE")
    );
}

#[test]
fn bits_of_a_value_and_its_mask_have_names() {
    use netlink::wire::schema;
    use ok::bitfield::bitfield::{Action, ActionFlags, RedFlags};
    let hex = "0c000700 02000000 03000000 0c000800 01000000 03000000 0c000900 00000080 00000080";
    let action: Action = real(hex, Direction::FromKernel);
    assert_eq!(
        action.flags,
        Some(Bitfield32 {
            value: ActionFlags::SKIP_HW,
            selector: ActionFlags::SKIP_HW | ActionFlags::NO_PERCPU_STATS,
        })
    );
    assert_eq!(action.red.unwrap().value, RedFlags::ECN);
    assert_eq!(action.plain.unwrap().value, 1 << 31);
    let bytes = stored::<Action>(hex, Direction::FromKernel);
    let text = schema::annotate(&Action::SHAPE, &bytes, false);
    assert!(
        text.contains("TCA_ACT_FLAGS = 0x2 (TCA_ACT_FLAGS_SKIP_HW) mask 0x3"),
        "{text}"
    );
    // Bits that the flags have no room for.
    let wide: Action = real("0c000800 00010000 00010000", Direction::FromKernel);
    assert_eq!((wide.red, wide.unknown.iter().count()), (None, 1));
}
