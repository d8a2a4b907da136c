//! A set with more unions than the walk over its attributes has room for.

use super::{attr, encode};
use netlink::wire::{Bare, Cx, Direction, NlString, Unknown, Value, attributes};
use netlink::{Attrs, Kind};
use std::net::Ipv4Addr;

/// A union by name.
#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
enum Mechanism {
    /// Gears, by the number of their teeth.
    #[nl(case = "gear")]
    Gear(u32),
    /// Unknown.
    #[nl(other)]
    Other {
        /// Kind.
        kind: NlString,
        /// Data.
        data: Option<Vec<u8>>,
    },
}

/// A union by an attribute.
#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
enum Place {
    /// IPv4.
    #[nl(case = 2)]
    V4(Ipv4Addr),
    /// Unknown.
    #[nl(other)]
    Other(Vec<u8>),
}

/// Four unions.
#[derive(Clone, Debug, Default, PartialEq, Attrs)]
struct Clockwork {
    /// First.
    #[nl(key = 1, data = 2, key_as = Bare)]
    first: Option<Mechanism>,
    /// Second.
    #[nl(key = 3, data = 4, key_as = Bare)]
    second: Option<Mechanism>,
    /// Third.
    #[nl(key = 5, data = 6, key_as = Bare)]
    third: Option<Mechanism>,
    /// Selects the fourth.
    #[nl(attr = 7)]
    family: Option<u8>,
    /// Fourth.
    #[nl(attr = 8, by = family)]
    fourth: Option<Place>,
    /// Rest.
    unknown: Unknown,
}

/// Ids and payloads as a multiset.
fn set(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let all = attributes(bytes).map(|attr| attr.unwrap());
    let mut all: Vec<_> = all.map(|attr| (attr.id(), attr.payload.to_vec())).collect();
    all.sort();
    all
}

/// All four, with the data before what selects them.
fn bytes() -> Vec<u8> {
    let mut attrs = Vec::new();
    for (id, teeth) in [(1, 7u32), (3, 8), (5, 9)] {
        attrs.push(attr(id + 1, &teeth.to_ne_bytes()));
        attrs.push(attr(id, b"gear"));
    }
    attrs.push(attr(8, &[192, 0, 2, 1]));
    attrs.push(attr(7, &[2]));
    attrs.concat()
}

#[test]
fn a_set_may_have_any_number_of_unions() {
    let clockwork = Clockwork::decode(&bytes(), Cx::from_kernel()).unwrap();
    assert_eq!(clockwork.first, Some(Mechanism::Gear(7)));
    assert_eq!(clockwork.second, Some(Mechanism::Gear(8)));
    assert_eq!(clockwork.third, Some(Mechanism::Gear(9)));
    let place = Place::V4(Ipv4Addr::new(192, 0, 2, 1));
    assert_eq!(clockwork.fourth, Some(place));
    assert_eq!(clockwork.unknown, Unknown::new());
    assert_eq!(
        set(&encode(&clockwork, Direction::FromKernel)),
        set(&bytes())
    );
}

#[test]
fn of_each_union_one_counts() {
    let extra = [(2, 70u32), (4, 80), (6, 90)].map(|(id, teeth)| attr(id, &teeth.to_ne_bytes()));
    let twice = [bytes(), extra.concat()].concat();
    // The last of what the kernel is sent, the first of what it sends.
    for (direction, teeth) in [
        (Direction::FromKernel, [7, 8, 9]),
        (Direction::ToKernel, [70, 80, 90]),
    ] {
        let clockwork = Clockwork::decode(&twice, Cx::new(direction)).unwrap();
        let all = [&clockwork.first, &clockwork.second, &clockwork.third];
        let gears = teeth.map(|teeth| Some(Mechanism::Gear(teeth)));
        assert_eq!(all.map(Clone::clone), gears, "{direction:?}");
        assert_eq!(set(&encode(&clockwork, direction)), set(&twice));
    }
}
