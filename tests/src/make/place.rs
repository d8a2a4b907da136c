//! Where selectors stand and what they pick; integers on the wire.

use netlink::wire::Shape;
use netlink::wire::private::NameStyle;
use netlink::wire::schema::{Case, CaseKey, IntShape, Member, UnionSchema};

/// What selects the case of a union.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Selected {
    Text(Vec<u8>),
    Number(u64),
    /// Of the selector that stands in for an absent one.
    Or(Box<Selected>),
}

/// Names that lead to a selector: a member, a member of that, a part of it.
pub(super) type Way = &'static [&'static str];

/// An integer within a struct.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) offset: usize,
    pub(super) int: IntShape,
    /// First bit and width, of a part.
    pub(super) part: Option<(u64, u64)>,
}

impl Place {
    pub(super) fn find(members: &[Member], way: &[&str]) -> Option<Place> {
        let (first, rest) = way.split_first()?;
        let member = members.iter().find(|member| member.name == *first)?;
        match (&member.shape, rest) {
            (Shape::Struct(schema), _) => {
                let inner = Place::find(schema().members, rest)?;
                let offset = member.offset + inner.offset;
                Some(Place { offset, ..inner })
            }
            (Shape::Int(int), []) => Some(Place {
                offset: member.offset,
                int: *int,
                part: None,
            }),
            (Shape::Int(int), [name]) if int.names.style == NameStyle::Parts => {
                let mut parts = int.names.values.iter();
                let place = parts.find(|(part, ..)| part == name)?.2;
                Some(Place {
                    offset: member.offset,
                    int: *int,
                    part: Some((place >> 8, place & 0xff)),
                })
            }
            _ => None,
        }
    }

    pub(super) fn read(&self, bytes: &[u8]) -> u64 {
        let all = number_in(&bytes[self.offset..self.offset + self.int.size], &self.int);
        match self.part {
            Some((shift, width)) => all >> shift & mask(width),
            None => all,
        }
    }

    /// Writes as much of the number as there is room for.
    pub(super) fn write(&self, bytes: &mut [u8], number: u64) {
        let slot = &mut bytes[self.offset..self.offset + self.int.size];
        let number = match self.part {
            Some((shift, width)) => {
                let others = number_in(slot, &self.int) & !(mask(width) << shift);
                others | (number & mask(width)) << shift
            }
            None => number,
        };
        slot.copy_from_slice(&int_bytes(number, &self.int));
    }
}

pub(super) fn mask(width: u64) -> u64 {
    u64::MAX >> (64 - width.clamp(1, 64))
}

/// The number that names lead to in a struct that is all there.
pub(super) fn select(members: &[Member], way: &[&str], bytes: &[u8]) -> Option<Selected> {
    Some(Selected::Number(Place::find(members, way)?.read(bytes)))
}

/// The case that a selector picks.
pub(super) fn case(union: &UnionSchema, key: &Selected) -> Option<&'static Case> {
    let says = |own: Option<CaseKey>, key: &Selected| match (own, key) {
        (Some(CaseKey::Text(text)), Selected::Text(have)) => text.as_bytes() == have,
        (Some(CaseKey::Int(number)), Selected::Number(have)) => number == *have,
        _ => false,
    };
    if let Selected::Or(key) = key {
        return union.cases.iter().find(|case| says(case.or, key));
    }
    let exact = union.cases.iter().find(|case| says(case.key, key));
    exact.or_else(|| union.cases.iter().find(|case| case.key.is_none()))
}

pub(super) fn is_big(int: &IntShape) -> bool {
    int.big || cfg!(target_endian = "big")
}

/// An integer on the wire.
pub(super) fn int_bytes(bits: u64, int: &IntShape) -> Vec<u8> {
    let mut bytes = bits.to_le_bytes()[..int.size].to_vec();
    if is_big(int) {
        bytes.reverse();
    }
    bytes
}

/// The number in wire bytes.
pub(super) fn number_in(bytes: &[u8], int: &IntShape) -> u64 {
    let mut all = [0; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    if is_big(int) {
        all[..bytes.len()].reverse();
    }
    let bits = u64::from_le_bytes(all);
    let shift = 64 - 8 * bytes.len() as u32;
    if int.signed {
        ((bits << shift) as i64 >> shift) as u64
    } else {
        bits
    }
}

/// Bytes of a form of fixed size; 0 for others.
pub(super) fn fixed_size(shape: &Shape) -> usize {
    match shape {
        Shape::Int(int) => int.size,
        Shape::Bitfield32(_) => 8,
        Shape::Chars(len) => *len,
        Shape::Mac => 6,
        Shape::Ipv4 => 4,
        Shape::Ipv6 | Shape::Inet => 16,
        Shape::Array { item, count } => fixed_size(item) * count,
        Shape::FixedUnion { size, .. } => *size,
        Shape::Struct(schema) => schema().size,
        _ => 0,
    }
}
