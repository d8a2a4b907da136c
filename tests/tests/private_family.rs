//! A family that the library does not have, written by hand in another crate with the same derives.

use netlink::wire::{
    Bare, Cx, DecodeError, Direction, Encoder, Growth, Index, Kind, NlString, Packed, Records,
    Shape, Unknown, Value, Wire, attributes, schema,
};
use netlink::{Attrs, Kind, Layout, Messages, Time, flags, open_enum};
use netlink_tests::assert_page;
use netlink_tests::snapshot::Page;

#[open_enum(u8)]
/// Colours of the widget.
pub enum Colour {
    /// Red.
    #[doc(alias = "WIDGET_RED")]
    RED = 1,
    /// Blue.
    #[doc(alias = "WIDGET_BLUE")]
    BLUE = 2,
}

#[flags(u16)]
/// Widget options.
pub enum Options {
    /// Shiny.
    #[doc(alias = "WIDGET_F_SHINY")]
    SHINY = 0x1,
    /// Round.
    #[doc(alias = "WIDGET_F_ROUND")]
    ROUND = 0x4,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Time)]
#[nl(per_second = 1000, forever = 0xffff_ffff)]
pub struct Millis(pub u32);

/// A fixed struct with natural C alignment: two bytes of padding before `weight`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Layout)]
pub struct Size {
    /// Wide.
    pub width: u8,
    /// High.
    pub height: u8,
    /// Heavy.
    pub weight: u32,
    /// Low four bits.
    #[nl(bits = 4)]
    pub low: u8,
    /// High four bits.
    #[nl(bits = 4)]
    pub high: u8,
}

/// A struct that grew.
#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(grows = 4)]
pub struct Counters {
    /// First.
    pub made: u32,
    /// Second, since version 2.
    pub sold: u32,
    /// Difference in length.
    pub growth: Growth,
}

/// A struct with a tail counted by a member.
#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Holes {
    /// Flags.
    pub flags: u8,
    /// Depth.
    #[nl(count(holes, u8))]
    pub depth: u16,
    /// Holes.
    #[nl(tail)]
    pub holes: Vec<Size>,
}

/// A record with its own length in front.
#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Hop {
    /// Weight.
    #[nl(length = u16)]
    pub weight: u16,
    /// Where.
    #[nl(attr = 1)]
    pub place: Option<std::net::IpAddr>,
    /// Rest.
    pub unknown: Unknown,
}

/// Gears.
#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Gear {
    /// Teeth.
    #[nl(attr = 1, as = Wire<u32>)]
    pub teeth: Option<u16>,
    /// Rest.
    pub unknown: Unknown,
}

/// The widget's mechanism.
#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Mechanism {
    /// With gears.
    #[nl(case = "gear")]
    Gear(Option<Box<Gear>>),
    /// Nothing more to say.
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

/// A widget.
#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(short_header = 1)]
pub struct Widget {
    /// Family.
    pub family: u8,
    /// Colour.
    #[nl(pad = 1)]
    pub colour: Colour,
    /// Number.
    pub number: u32,
    /// Name.
    #[doc(alias = "WIDGET_NAME")]
    #[nl(attr = 1, max = 7)]
    pub name: Option<NlString>,
    /// Options.
    #[doc(alias = "WIDGET_OPTIONS")]
    #[nl(attr = 2)]
    pub options: Option<Options>,
    /// Size.
    #[doc(alias = "WIDGET_SIZE")]
    #[nl(attr = 3)]
    pub size: Option<Size>,
    /// Counters.
    #[doc(alias = "WIDGET_COUNTERS")]
    #[nl(attr = 4, read)]
    pub counters: Option<Counters>,
    /// Mechanism.
    #[doc(alias = "WIDGET_KIND")]
    #[doc(alias = "WIDGET_DATA")]
    #[nl(key = 5, data = 6, key_as = Bare)]
    pub mechanism: Option<Mechanism>,
    /// Hops.
    #[doc(alias = "WIDGET_HOPS")]
    #[nl(attr = 7, as = Records)]
    pub hops: Option<Vec<Hop>>,
    /// Tags.
    #[doc(alias = "WIDGET_TAGS")]
    #[nl(attr = 8, as = Index<1>)]
    pub tags: Option<Vec<NlString>>,
    /// Ports.
    #[doc(alias = "WIDGET_PORTS")]
    #[nl(attr = 9, as = Packed<netlink::wire::Be>)]
    pub ports: Option<Vec<u16>>,
    /// Quiet.
    #[doc(alias = "WIDGET_QUIET")]
    #[nl(attr = 10, flag)]
    pub quiet: bool,
    /// Timeout.
    #[doc(alias = "WIDGET_TIMEOUT")]
    #[nl(attr = 11)]
    pub timeout: Option<Millis>,
    /// Holes.
    #[doc(alias = "WIDGET_HOLES")]
    #[nl(attr = 12)]
    pub holes: Option<Holes>,
    /// Repeats.
    #[doc(alias = "WIDGET_NOTE")]
    #[nl(attr = 13, repeat)]
    pub notes: Vec<NlString>,
    /// Rest.
    pub unknown: Unknown,
}

/// All messages.
#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    /// Makes one.
    #[doc(alias = "WIDGET_NEW")]
    #[nl(id = 16)]
    New(Box<Widget>),
    /// Gets one.
    #[doc(alias = "WIDGET_GET")]
    #[nl(id = 18, reply = one, answer = 16, dump)]
    Get(Box<Widget>),
    /// Others.
    #[nl(other)]
    Other {
        /// Type.
        kind: u16,
        /// Body.
        body: Vec<u8>,
    },
}

fn widget() -> Widget {
    Widget::default()
        .family(2)
        .colour(Colour::BLUE)
        .number(7)
        .name("bolt")
        .options(Options::ROUND)
        .size(Size {
            width: 1,
            height: 2,
            weight: 3,
            low: 4,
            high: 5,
        })
        .mechanism(Mechanism::Gear(Some(Box::new(Gear::default().teeth(12)))))
        .hops(vec![
            Hop::default()
                .weight(3)
                .place(std::net::Ipv4Addr::new(192, 0, 2, 1)),
            Hop::default(),
        ])
        .tags(vec![NlString::from("a"), NlString::from("b")])
        .ports(vec![0x1234])
        .quiet(true)
        .timeout(Millis(1500))
        .holes(Holes {
            flags: 1,
            depth: 2,
            holes: vec![Size::default(), Size::default()],
        })
        .notes(vec![NlString::from("x"), NlString::from("y")])
}

fn encode(widget: &Widget) -> Vec<u8> {
    let mut bytes = Vec::new();
    widget
        .encode(&mut Encoder::lossless(&mut bytes, Direction::ToKernel))
        .unwrap();
    bytes
}

#[test]
fn a_private_family_round_trips() {
    let bytes = encode(&widget());
    assert_eq!(Widget::decode(&bytes, Cx::to_kernel()).unwrap(), widget());
    let view = Widget::view(&bytes, Cx::to_kernel()).unwrap();
    assert_eq!(view.number(), 7);
    assert_eq!(view.name().unwrap().unwrap(), "bolt");
    assert_eq!(view.ports().unwrap().unwrap().collect::<Vec<_>>(), [0x1234]);
    assert_eq!(view.notes().unwrap().count(), 2);
    assert!(view.quiet().unwrap());
    match view.mechanism().unwrap().unwrap() {
        MechanismView::Gear(Some(gear)) => assert_eq!(gear.teeth().unwrap(), Some(12)),
        other => panic!("{other:?}"),
    }
    assert_eq!(view.to_owned().unwrap(), widget());
    let page = Page::of(Shape::Set(Widget::schema), &bytes, Direction::ToKernel);
    let name = "private_family__a_private_family_round_trips";
    assert_page!(name, "a_private_family_round_trips", page);
}

#[test]
fn samples_of_a_private_family_round_trip() {
    for sample in schema::samples(&Shape::Set(Widget::schema), false) {
        let widget = Widget::decode(&sample.bytes, Cx::from_kernel()).unwrap();
        assert!(
            widget.unknown.is_empty(),
            "{:?} {:?}",
            sample.cases,
            widget.unknown
        );
        let mut again = Vec::new();
        widget
            .encode(&mut Encoder::lossless(&mut again, Direction::FromKernel))
            .unwrap();
        assert_eq!(again, sample.bytes, "{:?} {widget:?}", sample.cases);
    }
}

#[test]
fn limits_name_the_attribute() {
    let mut bytes = Vec::new();
    let error = widget()
        .name("too-long-name")
        .encode(&mut Encoder::request(&mut bytes))
        .unwrap_err();
    assert_eq!(error.to_string(), "WIDGET_NAME: 13 where at most 7 fit");
}

#[test]
fn what_is_malformed_is_named_with_its_offset() {
    let mut bytes = encode(&Widget::default());
    for id in [2_u16, 11] {
        bytes.extend(6_u16.to_ne_bytes());
        bytes.extend(id.to_ne_bytes());
        bytes.extend([1, 2, 0, 0]);
    }
    let error: DecodeError = Widget::decode(&bytes, Cx::from_kernel()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "WIDGET_TIMEOUT: 2 bytes where 4 are needed (at offset 20)"
    );
}

#[test]
fn a_change_holds_only_what_differs() {
    let base = widget();
    let mut changed = base.clone().name("nut");
    changed.mechanism = Some(Mechanism::Gear(Some(Box::new(Gear::default().teeth(13)))));
    let change = changed.changes_from(&base).unwrap().unwrap();
    let ids: Vec<u16> = attributes(&encode(&change)[8..])
        .map(|attr| attr.unwrap().id())
        .collect();
    assert_eq!(ids, [1, 5, 6]);
    assert_eq!(change.mechanism, changed.mechanism);
    assert_eq!(base.changes_from(&base), Ok(None));
    assert!(change.mechanism.unwrap().has_data());
}

#[test]
fn a_short_header_stays_short() {
    let widget = Widget::decode(&[2], Cx::to_kernel()).unwrap();
    assert_eq!(widget.family, 2);
    assert_eq!(encode(&widget), [2]);
}

#[test]
fn a_time_converts() {
    use std::time::Duration;
    assert_eq!(
        Millis(1500).to_duration(),
        Some(Duration::from_millis(1500))
    );
    assert_eq!(Millis::FOREVER.to_duration(), None);
    assert!(Millis::from_duration(Duration::from_secs(1 << 40)).is_err());
}
