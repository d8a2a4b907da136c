//! What *lossless* means, clause by clause: `ARCHITECTURE.md` promises it, these tests hold it to that.

use netlink::wire::{
    Bare, Be, Cx, DecodeProblem, Direction, EncodeProblem, Encoder, Growth, Index, Kind, NlString,
    PathPart, Uint, Unknown, Value, Wire, WireBe, attributes,
};
use netlink::{Attrs, Kind, Layout, flags, open_enum};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Colours.
#[open_enum(u8)]
pub enum Colour {
    /// Red.
    RED = 1,
}

/// Options.
#[flags(u16)]
pub enum Options {
    /// Shiny.
    SHINY = 1,
}

/// A struct that grew from four to eight bytes.
#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(grows = 4)]
pub struct Counters {
    /// First.
    pub made: u32,
    /// Second.
    pub sold: u32,
    /// Difference in length.
    pub growth: Growth,
}

/// A nested set that can hold itself.
#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Nest {
    /// Teeth.
    #[doc(alias = "NEST_TEETH")]
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    /// Deeper.
    #[doc(alias = "NEST_INNER")]
    #[nl(attr = 2)]
    pub inner: Option<Box<Nest>>,
    /// Bytes.
    #[doc(alias = "NEST_BYTES")]
    #[nl(attr = 3)]
    pub bytes: Option<Vec<u8>>,
    /// Also bytes.
    #[doc(alias = "NEST_MORE")]
    #[nl(attr = 4)]
    pub more: Option<Vec<u8>>,
    /// Rest.
    pub unknown: Unknown,
}

/// A union by name.
#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Mechanism {
    /// Gears.
    #[nl(case = "gear")]
    Gear(Option<Box<Nest>>),
    /// Nothing more.
    #[nl(case = "spring")]
    Spring,
    /// Unknown.
    #[nl(other)]
    Other {
        /// Kind.
        kind: NlString,
        /// Data.
        data: Option<Vec<u8>>,
    },
}

/// A union by a header member.
#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Place {
    /// IPv4.
    #[nl(case = 2)]
    V4(Ipv4Addr),
    /// Unknown.
    #[nl(other)]
    Other(Vec<u8>),
}

/// A message body with one attribute for each rule.
#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(short_header = 1)]
pub struct Widget {
    /// Family.
    pub family: u8,
    /// Number, after three bytes of C padding.
    pub number: u32,
    /// Name.
    #[doc(alias = "WIDGET_NAME")]
    #[nl(attr = 1, max = 15)]
    pub name: Option<NlString>,
    /// Colour.
    #[nl(attr = 2)]
    pub colour: Option<Colour>,
    /// Options.
    #[nl(attr = 3)]
    pub options: Option<Options>,
    /// Counters.
    #[doc(alias = "WIDGET_COUNTERS")]
    #[nl(attr = 4)]
    pub counters: Option<Counters>,
    /// Nest.
    #[doc(alias = "WIDGET_NEST")]
    #[nl(attr = 5)]
    pub nest: Option<Box<Nest>>,
    /// Mechanism.
    #[doc(alias = "WIDGET_KIND")]
    #[doc(alias = "WIDGET_DATA")]
    #[nl(key = 6, data = 7, key_as = Bare)]
    pub mechanism: Option<Mechanism>,
    /// Address.
    #[nl(attr = 8)]
    pub address: Option<IpAddr>,
    /// Place.
    #[nl(attr = 9, by = family)]
    pub place: Option<Place>,
    /// What the kernel counts.
    #[nl(attr = 10, read)]
    pub used: Option<u64>,
    /// What the kernel answers.
    #[nl(attr = 11, read)]
    pub answer: Option<u32>,
    /// What it is asked, under the same id.
    #[nl(attr = 11, write)]
    pub question: Option<u16>,
    /// Names.
    #[nl(attr = 12, as = Index<1>)]
    pub names: Option<Vec<NlString>>,
    /// Notes.
    #[nl(attr = 13, repeat)]
    pub notes: Vec<NlString>,
    /// Port.
    #[nl(attr = 14, as = Be)]
    pub port: Option<u16>,
    /// Large port.
    #[nl(attr = 15, as = WireBe<u32>)]
    pub wide: Option<u16>,
    /// Small number in a small form.
    #[doc(alias = "WIDGET_SMALL")]
    #[nl(attr = 16, as = Wire<u8>)]
    pub small: Option<u32>,
    /// A number of any size.
    #[nl(attr = 17, as = Uint)]
    pub any: Option<u64>,
    /// A signed number of any size.
    #[nl(attr = 18, as = Uint)]
    pub signed: Option<i64>,
    /// Quiet.
    #[nl(attr = 19, flag)]
    pub quiet: bool,
    /// VLAN.
    #[doc(alias = "WIDGET_VLAN")]
    #[nl(attr = 20, range(0, 4094))]
    pub vlan: Option<u16>,
    /// Rest.
    pub unknown: Unknown,
}

const NESTED: u16 = 0x8000;
const NET_BYTEORDER: u16 = 0x4000;

/// One attribute, padded.
fn attr(id: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ((payload.len() + 4) as u16).to_ne_bytes().to_vec();
    bytes.extend(id.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A widget of family 2 with these attributes.
fn body(attrs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0];
    bytes.extend(7u32.to_ne_bytes());
    bytes.extend(attrs.concat());
    bytes
}

fn decode(bytes: &[u8]) -> Widget {
    Widget::decode(bytes, Cx::from_kernel()).unwrap()
}

fn encode<T: Value>(value: &T, direction: Direction) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .encode(&mut Encoder::lossless(&mut bytes, direction))
        .unwrap();
    bytes
}

fn request(widget: &Widget) -> Vec<u8> {
    let mut bytes = Vec::new();
    widget.encode(&mut Encoder::request(&mut bytes)).unwrap();
    bytes
}

/// Ids and payloads in the order they stand.
fn list(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    attributes(&bytes[8..])
        .map(|attr| attr.unwrap())
        .map(|attr| (attr.id(), attr.payload.to_vec()))
        .collect()
}

/// Ids and payloads as a multiset.
fn set(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut all = list(bytes);
    all.sort();
    all
}

fn ids(bytes: &[u8]) -> Vec<u16> {
    list(bytes).into_iter().map(|(id, _)| id).collect()
}

/// Decodes and encodes a widget; both must hold the same multiset of attributes and the same header.
fn keeps(attrs: &[Vec<u8>]) -> Widget {
    keeps_in(Direction::FromKernel, attrs)
}

fn keeps_in(direction: Direction, attrs: &[Vec<u8>]) -> Widget {
    let bytes = body(attrs);
    let decode = |bytes: &[u8]| Widget::decode(bytes, Cx::new(direction)).unwrap();
    let widget = decode(&bytes);
    let again = encode(&widget, direction);
    assert_eq!(again[..8], bytes[..8]);
    assert_eq!(set(&again), set(&bytes), "{widget:?}");
    assert_eq!(decode(&again), widget, "a second time changes nothing");
    widget
}

fn ne32(number: u32) -> [u8; 4] {
    number.to_ne_bytes()
}

#[test]
fn the_same_ids_with_the_same_payloads() {
    let widget = keeps(&[
        attr(2, &[1]),
        attr(13, b"a\0"),
        attr(13, b"a\0"),
        attr(300, &[1, 2, 3]),
        attr(13, b"b\0"),
        attr(300, &[1, 2, 3]),
    ]);
    assert_eq!(widget.notes.len(), 3);
    assert_eq!(widget.unknown.iter().count(), 2, "a multiset counts");
}

#[test]
fn order_between_different_ids_does_not_count() {
    let (one, two) = (attr(2, &[1]), attr(3, &5u16.to_ne_bytes()));
    let forth = decode(&body(&[one.clone(), two.clone()]));
    assert_eq!(forth, decode(&body(&[two, one])));
}

#[test]
fn order_between_the_same_ids_counts() {
    let widget = keeps(&[attr(13, b"b\0"), attr(2, &[1]), attr(13, b"a\0")]);
    assert_eq!(widget.notes, ["b", "a"]);
    assert_eq!(list(&encode(&widget, Direction::FromKernel))[1].1, b"b\0");
    let widget = keeps(&[attr(300, &[2]), attr(301, &[3]), attr(300, &[1])]);
    let kept: Vec<_> = widget
        .unknown
        .iter()
        .map(|attr| (attr.id(), attr.payload[0]))
        .collect();
    assert_eq!(kept, [(300, 2), (301, 3), (300, 1)]);
}

#[test]
fn padding_does_not_count() {
    let clean = body(&[attr(2, &[1]), attr(3, &5u16.to_ne_bytes())]);
    let mut dirty = clean.clone();
    // Behind the byte of the colour, and the last attribute's padding left out.
    dirty[13..16].copy_from_slice(&[7, 7, 7]);
    dirty.truncate(dirty.len() - 2);
    assert_eq!(decode(&dirty), decode(&clean));
    assert_eq!(encode(&decode(&dirty), Direction::FromKernel), clean);
}

#[test]
fn flag_bits_do_not_count() {
    for bits in [0, NESTED, NET_BYTEORDER, NESTED | NET_BYTEORDER] {
        let widget = keeps(&[
            attr(5 | bits, &attr(1, &ne32(3))),
            attr(14 | bits, &[0x12, 0x34]),
        ]);
        // The same inside a nest.
        assert_eq!(
            widget,
            decode(&body(&[
                attr(5, &attr(1 | bits, &ne32(3))),
                attr(14, &[0x12, 0x34])
            ]))
        );
        assert_eq!(widget.nest.unwrap().teeth, Some(3));
        assert_eq!(widget.port, Some(0x1234));
        assert!(widget.unknown.is_empty());
    }
}

#[test]
fn one_trailing_nul_of_a_string_does_not_count() {
    let with = decode(&body(&[attr(1, b"bolt\0")]));
    assert_eq!(with, decode(&body(&[attr(1, b"bolt")])));
    assert_eq!(with.name.as_ref().unwrap(), &"bolt");
    assert_eq!(
        list(&encode(&with, Direction::FromKernel)),
        [(1, b"bolt\0".to_vec())]
    );
    // Selectors too.
    let gear = decode(&body(&[attr(6, b"spring\0")]));
    assert_eq!(gear, decode(&body(&[attr(6, b"spring")])));
    assert_eq!(gear.mechanism, Some(Mechanism::Spring));
}

#[test]
fn a_second_nul_of_a_string_counts() {
    for payload in [b"bolt\0\0".as_slice(), b"a\0b\0", b"\0\0"] {
        let widget = keeps(&[attr(1, payload)]);
        assert_eq!((widget.name, widget.unknown.iter().count()), (None, 1));
    }
    assert_eq!(
        keeps(&[attr(1, b"\0")]).name,
        Some(NlString::default()),
        "an empty string is a string"
    );
}

#[test]
fn a_shorter_struct_is_written_back_short() {
    let widget = keeps(&[attr(4, &ne32(9))]);
    let counters = widget.counters.unwrap();
    assert_eq!(
        (counters.made, counters.sold, counters.growth.short_len()),
        (9, 0, Some(4))
    );
    // Cut inside a member: what is there of it is read, and so written.
    let widget = keeps(&[attr(4, &[1, 0, 0, 0, 2, 0])]);
    assert_eq!(widget.counters.unwrap().growth.short_len(), Some(6));
    let error = Widget::decode(&body(&[attr(4, &[1, 0, 0])]), Cx::from_kernel()).unwrap_err();
    assert_eq!(error.problem(), &DecodeProblem::Short { need: 4, have: 3 });
    assert_eq!(
        error.to_string(),
        "WIDGET_COUNTERS: 3 bytes where 4 are needed (at offset 12)"
    );
}

#[test]
fn the_longer_tail_of_a_struct_is_kept() {
    let payload = [ne32(1), ne32(2), ne32(3)].concat();
    let counters = keeps(&[attr(4, &payload)]).counters.unwrap();
    assert_eq!(
        (counters.sold, counters.growth.tail()),
        (2, ne32(3).as_slice())
    );
}

#[test]
fn a_header_may_be_shorter_than_its_struct() {
    for len in 1..8 {
        let bytes = &body(&[])[..len];
        let widget = decode(bytes);
        assert_eq!(widget.family, 2);
        assert_eq!(encode(&widget, Direction::FromKernel), bytes, "{len}");
        assert_eq!(Widget::view(bytes, Cx::from_kernel()).unwrap().family(), 2);
    }
    assert!(Widget::decode(&[], Cx::from_kernel()).is_err());
    // What is set afterwards needs the whole header.
    let widget = decode(&[2]).name("bolt");
    assert_eq!(ids(&encode(&widget, Direction::FromKernel)), [1]);
}

/// Of what the kernel sends the first duplicate is the value, of what it is sent the last.
const DUPLICATES: [(Direction, usize, [usize; 2]); 2] = [
    (Direction::FromKernel, 0, [1, 2]),
    (Direction::ToKernel, 2, [0, 1]),
];

#[test]
fn one_duplicate_is_the_value_and_stays_where_it_is() {
    let colours = [1, 2, 3];
    let [first, second, third] = colours.map(|colour| attr(2, &[colour]));
    let attrs = [first, attr(1, b"a\0"), second, third];
    for (direction, value, others) in DUPLICATES {
        let widget = keeps_in(direction, &attrs);
        assert_eq!(widget.colour, Some(Colour(colours[value])));
        let kept: Vec<_> = widget.unknown.iter().map(|attr| attr.payload[0]).collect();
        assert_eq!(kept, others.map(|other| colours[other]));
        let written = list(&encode(&widget, direction));
        let written = written.iter().filter(|(id, _)| *id == 2);
        assert!(written.map(|(_, payload)| payload[0]).eq(colours));
        let bytes = body(&attrs);
        let view = Widget::view(&bytes, Cx::new(direction)).unwrap();
        assert_eq!(view.colour().unwrap(), widget.colour);
    }
}

#[test]
fn one_duplicate_of_a_union_is_the_value() {
    let teeth = [1, 2, 3];
    let [first, second, third] = teeth.map(|teeth| attr(7, &attr(1, &ne32(teeth))));
    let attrs = [first, attr(6, b"gear"), second, third];
    for (direction, value, others) in DUPLICATES {
        let widget = keeps_in(direction, &attrs);
        let Some(Mechanism::Gear(Some(gear))) = &widget.mechanism else {
            panic!("{widget:?}")
        };
        assert_eq!(gear.teeth, Some(teeth[value]));
        assert_eq!(widget.unknown.iter().count(), others.len());
        let bytes = body(&attrs);
        let view = Widget::view(&bytes, Cx::new(direction)).unwrap();
        let Some(MechanismView::Gear(Some(gear))) = view.mechanism().unwrap() else {
            panic!()
        };
        assert_eq!(gear.teeth().unwrap(), Some(teeth[value]));
    }
}

#[test]
fn views_follow_the_same_rules() {
    let unfit = body(&[
        attr(8, &[1, 2, 3]),
        attr(19, &[1]),
        attr(7, &[1]),
        attr(1, b"a\0b"),
    ]);
    let view = Widget::view(&unfit, Cx::from_kernel()).unwrap();
    assert_eq!(view.address().unwrap(), None);
    assert!(!view.quiet().unwrap());
    assert!(view.mechanism().unwrap().is_none());
    assert!(view.name().unwrap().is_none());
    assert_eq!(view.to_owned().unwrap(), decode(&unfit));
}

#[test]
fn a_duplicate_that_does_not_fit_counts_for_nothing() {
    let (fits, not) = (attr(8, &[192, 0, 2, 1]), attr(8, &[1, 2, 3]));
    for direction in [Direction::FromKernel, Direction::ToKernel] {
        for attrs in [
            [fits.clone(), not.clone()],
            [not.clone(), fits.clone()],
            [not.clone(), not.clone()],
        ] {
            let widget = keeps_in(direction, &attrs);
            assert_eq!(widget.address.is_some(), attrs.contains(&fits));
            let bytes = body(&attrs);
            let view = Widget::view(&bytes, Cx::new(direction)).unwrap();
            assert_eq!(view.address().unwrap(), widget.address);
        }
    }
}

#[test]
fn a_last_duplicate_that_does_not_fit_stays_last() {
    let attrs = [attr(8, &[192, 0, 2, 1]), attr(8, &[1, 2, 3])];
    for direction in [Direction::FromKernel, Direction::ToKernel] {
        let widget = keeps_in(direction, &attrs);
        let written = list(&encode(&widget, direction));
        assert_eq!(written.last().unwrap().1, [1, 2, 3]);
    }
}

#[test]
fn unknown_attributes_survive_with_their_flag_bits() {
    let widget = keeps(&[
        attr(300 | NESTED, &attr(1, &[1])),
        attr(301 | NET_BYTEORDER, &[1, 2]),
    ]);
    let bytes = encode(&widget, Direction::FromKernel);
    let raw: Vec<u16> = attributes(&bytes[8..])
        .map(|attr| attr.unwrap().id_and_flags)
        .collect();
    assert_eq!(raw, [300 | NESTED, 301 | NET_BYTEORDER]);
}

#[test]
fn an_unknown_kind_survives() {
    let widget = keeps(&[attr(6, b"motor"), attr(7, &[1, 2, 3])]);
    assert_eq!(
        widget.mechanism,
        Some(Mechanism::Other {
            kind: NlString::from("motor"),
            data: Some(vec![1, 2, 3])
        })
    );
    let widget = keeps(&[attr(6, b"motor")]);
    assert_eq!(
        widget.mechanism,
        Some(Mechanism::Other {
            kind: NlString::from("motor"),
            data: None
        })
    );
    // A kind that should have no data, with some.
    let widget = keeps(&[attr(6, b"spring"), attr(7, &[1])]);
    assert_eq!(
        widget.mechanism,
        Some(Mechanism::Other {
            kind: NlString::from("spring"),
            data: Some(vec![1])
        })
    );
}

#[test]
fn a_kind_without_data_differs_from_empty_data() {
    let without = keeps(&[attr(6, b"gear")]);
    let empty = keeps(&[attr(6, b"gear"), attr(7, &[])]);
    assert_eq!(without.mechanism, Some(Mechanism::Gear(None)));
    assert_eq!(empty.mechanism, Some(Mechanism::Gear(Some(Box::default()))));
    assert!(!without.mechanism.unwrap().has_data());
    assert!(empty.mechanism.unwrap().has_data());
}

#[test]
fn an_absent_nest_differs_from_an_empty_one() {
    assert_eq!(keeps(&[]).nest, None);
    assert_eq!(keeps(&[attr(5, &[])]).nest, Some(Box::default()));
    assert_eq!(keeps(&[]).names, None);
    assert_eq!(keeps(&[attr(12, &[])]).names, Some(Vec::new()));
}

#[test]
fn a_list_by_position_keeps_other_positions() {
    let item = |id, name: &[u8]| attr(id, name);
    let widget = keeps(&[attr(12, &[item(1, b"a\0"), item(2, b"b\0")].concat())]);
    assert_eq!(widget.names.unwrap(), ["a", "b"]);
    // Gaps and other orders have no place in a list.
    for ids in [[2, 1], [0, 1], [1, 3], [1, 1]] {
        let widget = keeps(&[attr(
            12,
            &[item(ids[0], b"a\0"), item(ids[1], b"b\0")].concat(),
        )]);
        assert_eq!(
            (widget.names, widget.unknown.iter().count()),
            (None, 1),
            "{ids:?}"
        );
    }
}

#[test]
fn a_selector_may_come_after_its_data() {
    let widget = keeps(&[attr(7, &attr(1, &ne32(12))), attr(6, b"gear")]);
    assert!(
        matches!(&widget.mechanism, Some(Mechanism::Gear(Some(gear))) if gear.teeth == Some(12))
    );
    assert_eq!(
        ids(&encode(&widget, Direction::FromKernel)),
        [6, 7],
        "it is written first"
    );
}

#[test]
fn data_without_selector_stays_raw() {
    let widget = keeps(&[attr(7 | NESTED, &attr(1, &ne32(12)))]);
    assert_eq!(
        (&widget.mechanism, widget.unknown.iter().count()),
        (&None, 1)
    );
    assert_eq!(
        widget.unknown.iter().next().unwrap().id_and_flags,
        7 | NESTED
    );
}

#[test]
fn a_selector_in_the_header_decides() {
    assert_eq!(
        keeps(&[attr(9, &[192, 0, 2, 1])]).place,
        Some(Place::V4(Ipv4Addr::new(192, 0, 2, 1)))
    );
    // A length that the family does not have.
    let widget = keeps(&[attr(9, &[192, 0, 2])]);
    assert_eq!((widget.place, widget.unknown.iter().count()), (None, 1));
    let mut bytes = body(&[attr(9, &[192, 0, 2])]);
    bytes[0] = 99;
    let widget = decode(&bytes);
    assert_eq!(widget.place, Some(Place::Other(vec![192, 0, 2])));
    assert_eq!(encode(&widget, Direction::FromKernel), bytes);
}

#[test]
fn an_address_of_another_length_stays_raw() {
    assert_eq!(
        keeps(&[attr(8, &[192, 0, 2, 1])]).address,
        Some(Ipv4Addr::new(192, 0, 2, 1).into())
    );
    assert_eq!(
        keeps(&[attr(8, &[0; 16])]).address,
        Some(Ipv6Addr::UNSPECIFIED.into())
    );
    for len in [0, 3, 5, 15, 17, 20] {
        let widget = keeps(&[attr(8, &vec![1; len])]);
        assert_eq!(
            (widget.address, widget.unknown.iter().count()),
            (None, 1),
            "{len}"
        );
    }
}

#[test]
fn open_enums_and_flags_keep_unknown_values() {
    let widget = keeps(&[attr(2, &[77]), attr(3, &0x8101u16.to_ne_bytes())]);
    assert_eq!(widget.colour, Some(Colour(77)));
    assert_eq!(format!("{:?}", Colour(77)), "Colour(77)");
    assert_eq!(format!("{:?}", Colour::RED), "RED");
    let options = widget.options.unwrap();
    assert!(options.contains(Options::SHINY));
    assert_eq!(options.bits(), 0x8101);
}

#[test]
fn requests_leave_out_what_only_the_kernel_sends() {
    let widget = keeps(&[attr(2, &[1]), attr(10, &[7; 8]), attr(11, &ne32(5))]);
    assert_eq!(
        (widget.used.is_some(), widget.answer, widget.question),
        (true, Some(5), None)
    );
    assert_eq!(ids(&request(&widget)), [2]);
}

#[test]
fn one_id_has_a_type_for_each_direction() {
    let reply = body(&[attr(11, &ne32(5))]);
    let asked = body(&[attr(11, &5u16.to_ne_bytes())]);
    let from = Widget::decode(&reply, Cx::from_kernel()).unwrap();
    let to = Widget::decode(&asked, Cx::to_kernel()).unwrap();
    assert_eq!((from.answer, from.question), (Some(5), None));
    assert_eq!((to.answer, to.question), (None, Some(5)));
    assert_eq!(encode(&from, Direction::FromKernel), reply);
    assert_eq!(encode(&to, Direction::ToKernel), asked);
    assert_eq!(request(&to), asked);
    let both = Widget {
        answer: Some(1),
        question: Some(2),
        ..to
    };
    assert_eq!(
        list(&encode(&both, Direction::ToKernel)),
        [(11, 2u16.to_ne_bytes().to_vec())]
    );
}

#[test]
fn a_value_out_of_bounds_is_refused_by_name() {
    let refuse = |widget: Widget| {
        widget
            .encode(&mut Encoder::request(&mut Vec::new()))
            .unwrap_err()
    };
    let error = refuse(Widget::default().name("sixteen letters!"));
    assert_eq!(
        error.problem(),
        &EncodeProblem::TooLong { most: 15, have: 16 }
    );
    assert_eq!(error.to_string(), "WIDGET_NAME: 16 where at most 15 fit");
    let error = refuse(Widget::default().vlan(4095));
    assert_eq!(error.to_string(), "WIDGET_VLAN: 4095 is outside 0..=4094");
    let error = refuse(Widget::default().small(256u32));
    assert_eq!(error.to_string(), "WIDGET_SMALL: 256 is outside 0..=255");
    // What the kernel sent beyond the bounds goes back all the same: lossless checks no policy.
    keeps(&[
        attr(20, &5000u16.to_ne_bytes()),
        attr(1, b"a name of more than fifteen letters\0"),
    ]);
}

#[test]
fn a_string_with_nul_is_refused_by_name() {
    for name in ["a\0b", "a\0", "\0"] {
        let error = Widget::default()
            .name(name)
            .encode(&mut Encoder::request(&mut Vec::new()))
            .unwrap_err();
        assert_eq!(error.problem(), &EncodeProblem::InnerNul);
        assert_eq!(
            error.path().collect::<Vec<_>>(),
            [&PathPart::Name("WIDGET_NAME")]
        );
    }
}

#[test]
fn a_nest_over_65535_bytes_is_refused_by_name() {
    let with = |more: usize| {
        let nest = Nest::default().bytes(vec![1; 40_000]).more(vec![2; more]);
        Widget::default()
            .nest(Box::new(nest))
            .encode(&mut Encoder::request(&mut Vec::new()))
    };
    let error = with(40_000).unwrap_err();
    assert_eq!(
        error.to_string(),
        "WIDGET_NEST: 80008 where at most 65531 fit"
    );
    // Attributes inside end at multiples of four bytes.
    assert_eq!(with(25_520), Ok(()), "the most that fits");
    assert!(with(25_521).is_err(), "a byte more");
    let error = Widget::default()
        .nest(Box::new(Nest::default().bytes(vec![1; 65_532])))
        .encode(&mut Encoder::request(&mut Vec::new()))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "WIDGET_NEST > NEST_BYTES: 65532 where at most 65531 fit"
    );
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| (0..depth).fold(Vec::new(), |inner, _| attr(2, &inner));
    let depth = |bytes: &[u8]| Nest::decode(bytes, Cx::from_kernel());
    assert!(depth(&nested(16)).is_ok());
    let error = depth(&nested(1_000)).unwrap_err();
    assert_eq!(error.problem(), &DecodeProblem::TooDeep);
    assert!(
        error.to_string().starts_with("NEST_INNER > NEST_INNER > "),
        "{error}"
    );
}

#[test]
fn byte_orders_and_widths() {
    let widget = keeps(&[
        attr(14, &[0x12, 0x34]),
        attr(15, &[0, 0, 0x12, 0x34]),
        attr(16, &[9]),
    ]);
    assert_eq!(
        (widget.port, widget.wide, widget.small),
        (Some(0x1234), Some(0x1234), Some(9))
    );
    // What the Rust type cannot hold stays raw.
    let widget = keeps(&[attr(15, &[1, 0, 0, 0])]);
    assert_eq!((widget.wide, widget.unknown.iter().count()), (None, 1));
    // A longer integer, too; a shorter one is malformed.
    assert_eq!(
        keeps(&[attr(14, &[0, 0, 0x12, 0x34])])
            .unknown
            .iter()
            .count(),
        1
    );
    assert!(Widget::decode(&body(&[attr(14, &[1])]), Cx::from_kernel()).is_err());
}

#[test]
fn integers_of_variable_width() {
    for (number, len) in [
        (0u64, 4),
        (u64::from(u32::MAX), 4),
        (1 << 32, 8),
        (u64::MAX, 8),
    ] {
        let bytes = request(&Widget::default().any(number));
        assert_eq!(list(&bytes)[0].1.len(), len, "{number}");
        assert_eq!(decode(&bytes).any, Some(number));
    }
    for (number, len) in [
        (-1i64, 4),
        (i64::from(i32::MIN), 4),
        (i64::from(i32::MAX) + 1, 8),
        (i64::MIN, 8),
    ] {
        let bytes = request(&Widget::default().signed(number));
        assert_eq!(list(&bytes)[0].1.len(), len, "{number}");
        assert_eq!(decode(&bytes).signed, Some(number));
    }
}

#[test]
fn flags_of_presence() {
    assert!(keeps(&[attr(19, &[])]).quiet);
    // With a payload it is something else.
    let widget = keeps(&[attr(19, &[1])]);
    assert_eq!((widget.quiet, widget.unknown.iter().count()), (false, 1));
    assert_eq!(
        keeps(&[attr(19, &[]), attr(19, &[])])
            .unknown
            .iter()
            .count(),
        1
    );
}
