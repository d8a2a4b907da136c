//! The form in which two encodings of one value are equal: [`canonical`].

use super::annotate::item_size;
use super::{
    IntShape, Member, OwnedKey, Part, Place, SetSchema, Shape, StructSchema, read_uint, tail_len,
};
use crate::wire::attr::attr_align;
use crate::wire::attributes;
use crate::wire::layout::{read_bits, write_bits};

/// Bytes that are the same for two payloads exactly if neither says more than the other.
///
/// What does not count: the order of attributes with different ids, padding, the two flag bits of ids, one trailing
/// NUL of a string, whether an integer of variable width is sent in more bytes than it takes. What counts: every id with its payload, as often as it stands there, in order for equal ids.
pub fn canonical(shape: &Shape, bytes: &[u8], to_kernel: bool) -> Vec<u8> {
    canonical_in(shape, bytes, to_kernel, None)
}

/// The same for a payload whose context provides the selector `inherited`.
pub fn canonical_in(
    shape: &Shape,
    bytes: &[u8],
    to_kernel: bool,
    inherited: Option<u64>,
) -> Vec<u8> {
    let mut out = Vec::new();
    Walk {
        to_kernel,
        out: &mut out,
    }
    .shape(shape, bytes, inherited.map(OwnedKey::Int).as_ref());
    out
}

struct Walk<'o> {
    to_kernel: bool,
    out: &'o mut Vec<u8>,
}

impl Walk<'_> {
    fn shape(&mut self, shape: &Shape, bytes: &[u8], inherited: Option<&OwnedKey>) {
        match shape {
            Shape::Set(schema) => self.set(schema(), bytes, inherited),
            Shape::Groups(item) => self.shape(item, bytes, inherited),
            Shape::Struct(schema) => self.structure(schema(), bytes),
            Shape::Packed(item) => self.items(item, bytes),
            Shape::Text { .. } => self.out.extend(bytes.strip_suffix(&[0]).unwrap_or(bytes)),
            Shape::VarInt { signed } if matches!(bytes.len(), 4 | 8) => {
                let int = IntShape {
                    signed: *signed,
                    ..IntShape::of::<u64>(bytes.len(), false)
                };
                self.out.extend(read_uint(bytes, &int).to_ne_bytes());
            }
            Shape::Lead { int, headless, of } => {
                let case = super::lead_case(of(), int, *headless, bytes);
                self.shape(&case.unwrap_or(Shape::Bytes), bytes, inherited);
            }
            Shape::Index { item, .. } | Shape::Items { item, .. } | Shape::Map(item) => {
                for attr in attributes(bytes).filter_map(Result::ok) {
                    self.item(attr.id(), item, attr.payload, inherited);
                }
            }
            Shape::Records(records) => {
                for record in records.each(bytes) {
                    let record = bytes.get(record).unwrap_or_default();
                    self.item(0, records.item, record, inherited);
                }
            }
            _ => self.out.extend(bytes),
        }
    }

    /// An element with its id and length, so that no two lists read alike.
    fn item(&mut self, id: u16, shape: &Shape, bytes: &[u8], inherited: Option<&OwnedKey>) {
        let payload = self.apart(shape, bytes, inherited);
        self.out.extend(id.to_ne_bytes());
        self.out.extend(payload.len().to_ne_bytes());
        self.out.extend(payload);
    }

    fn apart(&self, shape: &Shape, bytes: &[u8], inherited: Option<&OwnedKey>) -> Vec<u8> {
        let mut payload = Vec::new();
        Walk {
            to_kernel: self.to_kernel,
            out: &mut payload,
        }
        .shape(shape, bytes, inherited);
        payload
    }

    fn structure(&mut self, schema: &StructSchema, bytes: &[u8]) {
        let Some((fixed, mut rest)) = bytes.split_at_checked(schema.size) else {
            return self.members(schema.members, bytes);
        };
        self.members(schema.members, fixed);
        for member in schema.members {
            match member.part {
                Part::Tail => {
                    let size = item_size(&member.shape);
                    let len = tail_len(schema.members, member, bytes, size).min(rest.len());
                    let (tail, left) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                    self.items(&member.shape, tail);
                    rest = left;
                }
                Part::Rest | Part::UnionRest(_) => {
                    let case = member.case(schema.members, bytes);
                    self.shape(&case.unwrap_or(Shape::Bytes), rest, None);
                    return;
                }
                _ => {}
            }
        }
        self.out.extend(rest);
    }

    /// Values of fixed size one after the other, and what is left of the last.
    fn items(&mut self, item: &Shape, bytes: &[u8]) {
        let start = self.out.len();
        self.out.resize(start + bytes.len(), 0);
        if let Some(out) = self.out.get_mut(start..) {
            keep_items(item, bytes, out);
        }
    }

    /// The fixed members, without what stands between them and behind the NUL of a string.
    fn members(&mut self, members: &[Member], bytes: &[u8]) {
        let start = self.out.len();
        self.out.resize(start + bytes.len(), 0);
        keep(
            members,
            bytes,
            self.out.get_mut(start..).unwrap_or_default(),
        );
    }

    fn set(&mut self, set: &SetSchema, bytes: &[u8], inherited: Option<&OwnedKey>) {
        let base = attr_align(set.header_size);
        let header = bytes.get(..set.header_size).unwrap_or(bytes);
        // A record's length counts the padding of its last attribute or not; the attributes say enough.
        self.members(set.header, header);
        let attrs = bytes.get(base..).unwrap_or_default();
        let place = Place {
            header,
            attrs,
            inherited,
            to_kernel: self.to_kernel,
        };
        let down = set.provided(&place);
        let mut list = Vec::new();
        for attr in attributes(attrs).filter_map(Result::ok) {
            if set.pads.contains(&attr.id()) {
                continue;
            }
            let known = set.attr(attr.id(), self.to_kernel);
            let key = known.and_then(|known| set.selector(known, attr.payload, &place));
            let shape = match known.map(|known| known.shape) {
                Some(Shape::Union(union)) => key
                    .as_ref()
                    .and_then(|key| union().case(key))
                    .and_then(|case| case.shape),
                shape => shape,
            };
            let shape = shape.unwrap_or(Shape::Bytes);
            list.push((attr.id(), self.apart(&shape, attr.payload, down.as_ref())));
        }
        // Stable: attributes with one id keep their order.
        list.sort_by_key(|(id, _)| *id);
        for (id, payload) in list {
            self.item(id, &Shape::Bytes, &payload, None);
        }
    }
}

/// Copies what members hold; `out` is zeroed.
fn keep(members: &[Member], bytes: &[u8], out: &mut [u8]) {
    for member in members.iter().filter(|member| {
        matches!(
            member.part,
            Part::Fixed | Part::Count { .. } | Part::UnionFixed(_)
        )
    }) {
        let case = member.case(members, bytes).unwrap_or(Shape::Bytes);
        let end = member
            .offset
            .saturating_add(item_size(&member.shape))
            .min(bytes.len());
        let range = member.offset.min(end)..end;
        if let (Some(from), Some(to)) = (bytes.get(range.clone()), out.get_mut(range)) {
            match member.bits {
                Some((first, width)) => {
                    let storage = item_size(&member.shape);
                    let value = read_bits(from, storage, first, width);
                    write_bits(to, storage, first, width, value);
                }
                None => keep_value(&case, from, to),
            }
        }
    }
}

fn keep_items(item: &Shape, from: &[u8], to: &mut [u8]) {
    let size = item_size(item).max(1);
    for (from, to) in from.chunks(size).zip(to.chunks_mut(size)) {
        keep_value(item, from, to);
    }
}

fn keep_value(shape: &Shape, from: &[u8], to: &mut [u8]) {
    match shape {
        Shape::Struct(schema) => {
            let schema = schema();
            keep(schema.members, from, to);
            // In a union, something may stand behind the case.
            to.iter_mut()
                .zip(from)
                .skip(schema.size)
                .for_each(|(to, from)| *to = *from);
        }
        Shape::Array { item, .. } => keep_items(item, from, to),
        Shape::Chars(_) => {
            let text = from.split(|byte| *byte == 0).next().unwrap_or_default();
            to.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        }
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}
