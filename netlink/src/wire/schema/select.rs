//! Selectors: which case of a union some bytes are.

use super::annotate::item_size;
use super::{
    AttrSchema, Case, CaseKey, CountUnit, IntShape, Member, NameStyle, Part, Selector, SetSchema,
    Shape, UnionSchema, part_of, read_uint,
};
use crate::wire::attr::is_one_attr;
use crate::wire::attributes;

/// A selector's value while a message is walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OwnedKey {
    Text(Vec<u8>),
    Int(u64),
    /// Of the selector that stands in for an absent one.
    Or(Box<OwnedKey>),
}

/// Where an attribute stands: what its selector may be found in.
#[derive(Clone, Copy)]
pub(super) struct Place<'b> {
    /// The header of its set.
    pub(super) header: &'b [u8],
    /// The attributes of its set.
    pub(super) attrs: &'b [u8],
    /// The selector that the enclosing set provides.
    pub(super) inherited: Option<&'b OwnedKey>,
    /// Whether the message goes to the kernel.
    pub(super) to_kernel: bool,
}

impl CaseKey {
    fn is(self, key: &OwnedKey) -> bool {
        match (self, key) {
            (CaseKey::Text(text), OwnedKey::Text(have)) => text.as_bytes() == have,
            (CaseKey::Int(number), OwnedKey::Int(have)) => number == *have,
            _ => false,
        }
    }
}

impl UnionSchema {
    /// Whether the case of this number has attributes and nothing before them.
    pub(in crate::wire) fn has_attributes(&self, key: u64) -> bool {
        match self.case(&OwnedKey::Int(key)).and_then(|case| case.shape) {
            Some(Shape::Set(set)) => set().header_size == 0,
            _ => false,
        }
    }

    /// The case that a selector picks.
    pub(super) fn case(&self, key: &OwnedKey) -> Option<&'static Case> {
        if let OwnedKey::Or(key) = key {
            return self
                .cases
                .iter()
                .find(|case| case.or.is_some_and(|or| or.is(key)));
        }
        let exact = self
            .cases
            .iter()
            .find(|case| case.key.is_some_and(|own| own.is(key)));
        exact.or_else(|| self.cases.iter().find(|case| case.key.is_none()))
    }
}

/// The case of a union that its own first integer selects.
pub(super) fn lead_case(
    union: &UnionSchema,
    int: &IntShape,
    headless: Option<u64>,
    bytes: &[u8],
) -> Option<Shape> {
    if let Some(key) = headless.filter(|_| is_one_attr(bytes)) {
        return union.case(&OwnedKey::Int(key))?.shape;
    }
    if bytes.len() < int.size {
        return None;
    }
    let key = read_uint(bytes, int);
    if headless == Some(key) {
        return None;
    }
    union.case(&OwnedKey::Int(key))?.shape
}

/// Where an integer stands in a struct: its first byte, its form, and first bit and width if it is a part of that.
pub(super) struct Fixed {
    pub(super) offset: usize,
    pub(super) int: IntShape,
    pub(super) part: Option<u64>,
}

/// The integer that names lead to: a member, a member of that, a part of it.
pub(super) fn locate(members: &[Member], path: &[&str]) -> Option<Fixed> {
    let (first, rest) = path.split_first()?;
    let member = members.iter().find(|member| member.name == *first)?;
    match (&member.shape, rest) {
        (Shape::Struct(schema), _) => {
            let inner = locate(schema().members, rest)?;
            Some(Fixed {
                offset: member.offset + inner.offset,
                ..inner
            })
        }
        (Shape::Int(int), []) => Some(Fixed {
            offset: member.offset,
            int: *int,
            part: None,
        }),
        (Shape::Int(int), [part]) if int.names.style == NameStyle::Parts => {
            let mut parts = int.names.values.iter();
            let place = parts.find(|(name, ..)| name == part)?.2;
            Some(Fixed {
                offset: member.offset,
                int: *int,
                part: Some(place),
            })
        }
        _ => None,
    }
}

/// The selector that names lead to in a struct; missing bytes count as zero.
pub(super) fn select_in(members: &[Member], path: &[&str], bytes: &[u8]) -> Option<OwnedKey> {
    let found = locate(members, path)?;
    let bits = read_uint(bytes.get(found.offset..).unwrap_or_default(), &found.int);
    Some(OwnedKey::Int(match found.part {
        Some(place) => part_of(bits, place),
        None => bits,
    }))
}

/// The selector in an attribute's payload.
pub(super) fn key_of(shape: &Shape, payload: &[u8]) -> Option<OwnedKey> {
    match shape {
        Shape::Text { .. } => {
            let end = payload
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(payload.len());
            Some(OwnedKey::Text(
                payload.get(..end).unwrap_or_default().to_vec(),
            ))
        }
        Shape::Int(int) => Some(OwnedKey::Int(read_uint(payload, int))),
        _ => None,
    }
}

impl Member {
    /// What stands in this member of a struct with these bytes: for a union, the payload of its case.
    pub(super) fn case(&self, members: &[Member], bytes: &[u8]) -> Option<Shape> {
        let (union, path) = match (self.part, &self.shape) {
            (Part::UnionRest(path), Shape::Union(union)) => (union, path),
            (Part::UnionFixed(path), Shape::FixedUnion { of, .. }) => (of, path),
            _ => return Some(self.shape),
        };
        let shape = union().case(&select_in(members, path, bytes)?)?.shape?;
        // A case with something behind it is not that case.
        let fixed = matches!(self.part, Part::UnionFixed(_));
        let end = self.offset + item_size(&self.shape);
        let behind = bytes.get(self.offset + item_size(&shape)..end.min(bytes.len()));
        let zero = behind.is_none_or(|rest| rest.iter().all(|byte| *byte == 0));
        Some(if zero || !fixed { shape } else { Shape::Bytes })
    }
}

impl SetSchema {
    /// What names lead to in the attribute with this id, if that is the selector of something.
    pub(super) fn paths_into(
        &self,
        id: u16,
    ) -> impl Iterator<Item = &'static [&'static str]> + use<'_> {
        let provided = std::iter::once(self.provide);
        let all = provided.chain(self.attrs.iter().map(|attr| attr.selector));
        all.filter_map(move |selector| match selector {
            Selector::Attr(other, path) if other == id => Some(path),
            _ => None,
        })
    }

    /// The selector that what is nested in this set inherits.
    pub(super) fn provided(&self, place: &Place<'_>) -> Option<OwnedKey> {
        match self.provide {
            Selector::None => place.inherited.cloned(),
            provide => self.find_selector(provide, place),
        }
    }

    /// The selector that picks the case of `attr`, with this payload.
    pub(super) fn selector(
        &self,
        attr: &AttrSchema,
        payload: &[u8],
        place: &Place<'_>,
    ) -> Option<OwnedKey> {
        match attr.selector {
            Selector::Length => Some(OwnedKey::Int(payload.len() as u64)),
            selector => self.find_selector(selector, place),
        }
    }

    fn find_selector(&self, selector: Selector, place: &Place<'_>) -> Option<OwnedKey> {
        match selector {
            Selector::None | Selector::Of(_) | Selector::Length => None,
            Selector::Inherited => place.inherited.cloned(),
            Selector::Header(path) => select_in(self.header, path, place.header),
            Selector::AttrOr(id, or) => {
                self.find_selector(Selector::Attr(id, &[]), place)
                    .or_else(|| {
                        let key = self.find_selector(*or, place)?;
                        Some(OwnedKey::Or(Box::new(key)))
                    })
            }
            Selector::Attr(id, path) => {
                let key = self.attrs.iter().find(|attr| attr.id == id)?;
                let payload = counting(key, place)?;
                match (&key.shape, path) {
                    (Shape::Struct(schema), path) => select_in(schema().members, path, payload),
                    (shape, []) => key_of(shape, payload),
                    _ => None,
                }
            }
        }
    }
}

/// The payload of the selector `key`: of several, the one that counts where they go to. One that does not fit its type does not count,
/// unless what it selects is part of one value with it.
fn counting<'b>(key: &AttrSchema, place: &Place<'b>) -> Option<&'b [u8]> {
    let whole = matches!(key.selector, Selector::Of(_));
    let fits = |payload: &[u8]| match &key.shape {
        Shape::Int(int) => payload.len() == int.size,
        Shape::Text { .. } => !payload.strip_suffix(&[0]).unwrap_or(payload).contains(&0),
        _ => true,
    };
    let mut found = attributes(place.attrs)
        .filter_map(Result::ok)
        .filter(|attr| attr.id() == key.id && (whole || fits(attr.payload)))
        .map(|attr| attr.payload);
    if place.to_kernel {
        found.last()
    } else {
        found.next()
    }
}

/// Bytes of a tail whose elements take `size` each, as the member that counts it says.
pub(super) fn tail_len(members: &[Member], tail: &Member, bytes: &[u8], size: usize) -> usize {
    let counted = members
        .iter()
        .find_map(|member| match (member.part, &member.shape) {
            (Part::Count { of, unit, bias }, Shape::Int(int)) if of.contains(&tail.name) => {
                let stated = read_uint(bytes.get(member.offset..)?, int);
                Some((i128::from(stated) - i128::from(bias), unit))
            }
            _ => None,
        });
    let Some((count, unit)) = counted else {
        return 0;
    };
    let count = usize::try_from(count).unwrap_or_default();
    match unit {
        CountUnit::Bits => count.div_ceil(8),
        CountUnit::Bytes => count,
        CountUnit::Items => count.saturating_mul(size),
    }
}
