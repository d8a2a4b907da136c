//! Every scalar of a payload with its place and its path: [`leaves`].

use super::annotate::{item_size, show};
use super::{
    CountUnit, Member, OwnedKey, Part, Place, Selector, SetSchema, Shape, lead_case, read_uint,
};
use crate::wire::attr::attr_align;
use crate::wire::attributes;
use crate::wire::layout::read_bits;
use std::collections::BTreeMap;

/// One piece of a payload that has no parts.
#[derive(Clone, Debug)]
pub struct Leaf<'p> {
    /// The way to it: Rust name of the outermost type, then C names.
    pub path: &'p [String],
    /// The elements of lists that it stands in, outermost first: how many names of `path` come before, and the element's
    /// key or position.
    pub elements: &'p [(usize, u64)],
    /// Set or struct that it stands in, and its C name there.
    pub owner: (&'static str, &'static str),
    /// What is known of it; `None` for an attribute that no spec has.
    pub shape: Option<Shape>,
    /// Bytes from the start of the payload.
    pub offset: usize,
    /// Bytes.
    pub len: usize,
    /// First bit and number of bits, of a bitfield.
    pub bits: Option<(u32, u32)>,
    /// The number is the length of something else, or selects what something else is.
    pub structural: bool,
}

impl Leaf<'_> {
    /// The scalar in words; `payload` is what [`leaves`] walked.
    #[must_use]
    pub fn show(&self, payload: &[u8]) -> String {
        let end = self.offset.saturating_add(self.len);
        let bytes = payload.get(self.offset..end).unwrap_or_default();
        match (self.shape, self.bits) {
            (Some(Shape::Int(int)), Some((first, width))) => {
                let value = read_bits(bytes, int.size, first, width);
                int.name(value)
                    .map_or_else(|| value.to_string(), |name| format!("{value} ({name})"))
            }
            (shape, _) => show(&shape.unwrap_or(Shape::Bytes), bytes),
        }
    }
}

/// Calls `visit` with every scalar of a payload, in the order of the bytes.
///
/// `inherited` is the selector that the payload's context provides, where there is one.
pub fn leaves(
    shape: &Shape,
    bytes: &[u8],
    to_kernel: bool,
    inherited: Option<u64>,
    visit: &mut dyn FnMut(&Leaf<'_>),
) {
    let mut walk = Walk {
        to_kernel,
        bytes,
        path: Vec::new(),
        elements: Vec::new(),
        grouped: false,
        owner: ("", ""),
        selectors: Vec::new(),
        visit,
    };
    walk.shape(shape, 0, bytes.len(), inherited.map(OwnedKey::Int).as_ref());
}

struct Walk<'a> {
    to_kernel: bool,
    bytes: &'a [u8],
    path: Vec<String>,
    elements: Vec<(usize, u64)>,
    /// The set that comes next is one of several whose attributes follow each other.
    grouped: bool,
    owner: (&'static str, &'static str),
    /// Ways to selectors in the struct that comes next.
    selectors: Vec<&'static [&'static str]>,
    visit: &'a mut dyn FnMut(&Leaf<'_>),
}

impl<'a> Walk<'a> {
    fn slice(&self, at: usize, len: usize) -> &'a [u8] {
        let end = at.saturating_add(len).min(self.bytes.len());
        self.bytes.get(at.min(end)..end).unwrap_or_default()
    }

    fn leaf(
        &mut self,
        shape: Option<Shape>,
        at: usize,
        len: usize,
        bits: Option<(u32, u32)>,
        structural: bool,
    ) {
        // What is cut short is as long as its bytes go.
        let Some(left) = self.bytes.len().checked_sub(at) else {
            return;
        };
        let len = len.min(left);
        (self.visit)(&Leaf {
            path: &self.path,
            elements: &self.elements,
            owner: self.owner,
            shape,
            offset: at,
            len,
            bits,
            structural,
        });
    }

    fn named(&mut self, owner: (&'static str, &'static str), inside: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.owner, owner);
        self.path.push(owner.1.to_owned());
        inside(self);
        self.path.pop();
        self.owner = before;
    }

    /// One element of a list.
    fn element(
        &mut self,
        key: u64,
        shape: &Shape,
        at: usize,
        len: usize,
        inherited: Option<&OwnedKey>,
    ) {
        self.elements.push((self.path.len(), key));
        self.shape(shape, at, len, inherited);
        self.elements.pop();
    }

    fn shape(&mut self, shape: &Shape, at: usize, len: usize, inherited: Option<&OwnedKey>) {
        match shape {
            Shape::Set(schema) => self.set(schema(), at, len, inherited),
            Shape::Groups(item) => {
                self.grouped = true;
                self.shape(item, at, len, inherited);
                self.grouped = false;
            }
            Shape::Struct(schema) => {
                let schema = schema();
                self.members(schema.name, schema.members, at, len, inherited);
            }
            Shape::Lead { int, headless, of } => {
                match lead_case(of(), int, *headless, self.slice(at, len)) {
                    Some(case) => self.shape(&case, at, len, inherited),
                    None => self.leaf(None, at, len, None, false),
                }
            }
            Shape::Packed(item) => {
                let size = item_size(item).max(1);
                for index in 0..len / size {
                    self.element(index as u64, item, at + index * size, size, inherited);
                }
            }
            Shape::Array { item, count } => {
                let size = item_size(item).max(1);
                for index in 0..(*count).min(len / size) {
                    self.element(index as u64, item, at + index * size, size, inherited);
                }
            }
            Shape::Index { item, .. } | Shape::Items { item, .. } | Shape::Map(item) => {
                let all = attributes(self.slice(at, len)).filter_map(Result::ok);
                for (position, attr) in all.enumerate() {
                    let one_id = matches!(shape, Shape::Items { .. });
                    let key = if one_id {
                        position as u64
                    } else {
                        attr.id().into()
                    };
                    self.element(key, item, at + attr.offset, attr.payload.len(), inherited);
                }
            }
            Shape::Records(records) => {
                for (index, record) in records.each(self.slice(at, len)).into_iter().enumerate() {
                    let (start, len) = (at + record.start, record.len());
                    self.element(index as u64, records.item, start, len, inherited);
                }
            }
            scalar => self.leaf(Some(*scalar), at, len, None, false),
        }
    }

    fn members(
        &mut self,
        owner: &'static str,
        members: &[Member],
        at: usize,
        len: usize,
        inherited: Option<&OwnedKey>,
    ) {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        let mut end = 0;
        let mut selectors = std::mem::take(&mut self.selectors);
        selectors.extend(members.iter().filter_map(|member| match member.part {
            Part::UnionRest(path) | Part::UnionFixed(path) => Some(path),
            _ => None,
        }));
        for member in members {
            let size = item_size(&member.shape);
            match member.part {
                Part::Fixed | Part::Length | Part::Count { .. } | Part::UnionFixed(_)
                    if member.offset >= len => {}
                Part::Fixed => {
                    // A member of one of these selects what another is.
                    let here = selectors.iter().filter_map(|path| path.split_first());
                    let inside: Vec<&[&str]> = here
                        .filter(|(name, _)| **name == member.name)
                        .map(|(_, rest)| rest)
                        .collect();
                    let selects = !inside.is_empty() && !matches!(member.shape, Shape::Struct(_));
                    self.selectors = inside;
                    self.named((owner, member.name), |walk| match (member.bits, selects) {
                        (None, false) => walk.shape(
                            &member.shape,
                            at + member.offset,
                            size.min(len - member.offset),
                            inherited,
                        ),
                        (bits, _) => {
                            walk.leaf(Some(member.shape), at + member.offset, size, bits, selects)
                        }
                    });
                    self.selectors.clear();
                    end = member.offset + size;
                }
                Part::UnionFixed(_) => {
                    let case = member.case(members, self.slice(at, len));
                    let left = size.min(len.saturating_sub(member.offset));
                    let start = at + member.offset;
                    // Zeros under a selector without a case say nothing.
                    let empty = self.slice(start, left).iter().all(|byte| *byte == 0);
                    self.named((owner, member.name), |walk| match case {
                        Some(shape) => {
                            // A case may be smaller than its union.
                            let used = match shape {
                                Shape::Bytes => left,
                                shape => item_size(&shape).min(left),
                            };
                            walk.shape(&shape, start, used, inherited);
                        }
                        None if !empty => walk.leaf(None, start, left, None, false),
                        None => {}
                    });
                    end = member.offset + size;
                }
                Part::Length => {
                    self.named((owner, member.name), |walk| {
                        walk.leaf(Some(member.shape), at + member.offset, size, None, true);
                    });
                    end = member.offset + size;
                }
                Part::Count { of, unit, bias } => {
                    if let Shape::Int(int) = &member.shape {
                        let stated = read_uint(self.slice(at + member.offset, size), int);
                        let count = (stated as i64).saturating_sub(bias).max(0) as usize;
                        let count = if unit == CountUnit::Bits {
                            count.div_ceil(8)
                        } else {
                            count
                        };
                        counts.extend(of.iter().map(|tail| (*tail, count)));
                    }
                    self.named((owner, member.name), |walk| {
                        walk.leaf(Some(member.shape), at + member.offset, size, None, true);
                    });
                    end = member.offset + size;
                }
                Part::Tail => {
                    end = end.max(member.offset);
                    let count = counts
                        .iter()
                        .find(|(of, _)| *of == member.name)
                        .map_or(0, |count| count.1);
                    let bytes = count
                        .saturating_mul(size.max(1))
                        .min(len.saturating_sub(end));
                    let start = at + end;
                    self.named((owner, member.name), |walk| {
                        // Bytes have no element of their own.
                        if size == 0 {
                            walk.leaf(Some(Shape::Bytes), start, bytes, None, false);
                        }
                        for index in 0..bytes.checked_div(size).unwrap_or(0) {
                            let at = start + index * size;
                            walk.element(index as u64, &member.shape, at, size, inherited);
                        }
                    });
                    end += bytes;
                }
                Part::Rest | Part::UnionRest(_) => {
                    end = end.max(member.offset);
                    let left = len.saturating_sub(end);
                    let case = member.case(members, self.slice(at, len));
                    let start = at + end;
                    self.named((owner, member.name), |walk| match case {
                        Some(shape) => walk.shape(&shape, start, left, inherited),
                        None if left > 0 => walk.leaf(None, start, left, None, false),
                        None => {}
                    });
                    end += left;
                }
            }
        }
    }

    fn set(
        &mut self,
        set: &'static SetSchema,
        at: usize,
        len: usize,
        inherited: Option<&OwnedKey>,
    ) {
        let grouped = std::mem::take(&mut self.grouped);
        let base = attr_align(set.header_size);
        let selectors = std::iter::once(set.provide);
        let selectors = selectors.chain(set.attrs.iter().map(|attr| attr.selector));
        self.selectors = selectors
            .filter_map(|selector| match selector {
                Selector::Header(path) => Some(path),
                _ => None,
            })
            .collect();
        self.members(
            set.name,
            set.header,
            at,
            len.min(set.header_size),
            inherited,
        );
        let header = self.slice(at, set.header_size.min(len));
        let attrs = self.slice(at + base, len.saturating_sub(base));
        let place = Place {
            header,
            attrs,
            inherited,
            to_kernel: self.to_kernel,
        };
        let down = set.provided(&place);
        let mut repeated: BTreeMap<u16, u64> = BTreeMap::new();
        for attr in attributes(attrs).filter_map(Result::ok) {
            if set.pads.contains(&attr.id()) {
                continue;
            }
            let start = at + base + attr.offset;
            let Some(known) = set.attr(attr.id(), self.to_kernel) else {
                self.path.push(format!("{}?{}", set.name, attr.id()));
                self.leaf(None, start, attr.payload.len(), None, false);
                self.path.pop();
                continue;
            };
            let key = set.selector(known, attr.payload, &place);
            let shape = match (&known.shape, &key) {
                (Shape::Union(union), Some(key)) => match union().case(key) {
                    Some(case) => case.shape,
                    None => None,
                },
                (Shape::Union(_), None) => None,
                (shape, _) => Some(*shape),
            };
            let into: Vec<&[&str]> = set.paths_into(known.id).collect();
            let structural = into.iter().any(|path| path.is_empty())
                || matches!(known.selector, Selector::Of(_));
            self.selectors = into;
            let len = attr.payload.len();
            let seen = repeated.entry(known.id).or_insert(0);
            let position = *seen;
            *seen += 1;
            self.named((set.name, known.name), |walk| match shape {
                Some(shape) if structural => walk.leaf(Some(shape), start, len, None, true),
                Some(shape) if known.repeat || grouped => {
                    walk.element(position, &shape, start, len, down.as_ref());
                }
                Some(shape) => walk.shape(&shape, start, len, down.as_ref()),
                None if attr.payload.is_empty() => {}
                None => walk.leaf(None, start, len, None, false),
            });
            self.selectors.clear();
        }
    }
}
