//! The attribute at an offset of a request: [`path_at`].

use super::{OwnedKey, SetSchema, Shape};
use crate::wire::attr::attr_align;
use crate::wire::attributes;

/// The way to the attribute that stands at `offset` bytes in a message body, by C names.
///
/// The kernel reports the offset of the attribute it refuses; this says which one that is. `None` where the offset
/// points to nothing known, for instance into the header.
pub fn path_at(shape: &Shape, body: &[u8], offset: usize) -> Option<Vec<&'static str>> {
    let mut path = Vec::new();
    walk(shape, body, offset, None, &mut path).then_some(path)
}

fn walk(
    shape: &Shape,
    bytes: &[u8],
    offset: usize,
    inherited: Option<&OwnedKey>,
    path: &mut Vec<&'static str>,
) -> bool {
    match shape {
        Shape::Set(schema) => walk_set(schema(), bytes, offset, inherited, path),
        Shape::Groups(item) => walk(item, bytes, offset, inherited, path),
        Shape::Lead { int, of } => {
            let case = super::lead_case(of(), int, bytes);
            case.is_some_and(|shape| walk(&shape, bytes, offset, inherited, path))
        }
        Shape::Index { item, .. } | Shape::Items { item, .. } | Shape::Map(item) => {
            for attr in attributes(bytes).filter_map(Result::ok) {
                let start = attr.offset - 4;
                if offset == start {
                    return true;
                }
                if offset < attr.offset + attr.payload.len() {
                    return offset >= attr.offset
                        && walk(item, attr.payload, offset - attr.offset, inherited, path);
                }
            }
            false
        }
        Shape::Records(records) => {
            let mut all = records.each(bytes).into_iter();
            all.find(|record| record.contains(&offset))
                .is_some_and(|at| {
                    let inner = offset - at.start;
                    let record = bytes.get(at).unwrap_or_default();
                    walk(records.item, record, inner, inherited, path)
                })
        }
        _ => offset == 0,
    }
}

fn walk_set(
    set: &SetSchema,
    bytes: &[u8],
    offset: usize,
    inherited: Option<&OwnedKey>,
    path: &mut Vec<&'static str>,
) -> bool {
    let base = attr_align(set.header_size);
    let header = bytes.get(..set.header_size).unwrap_or_default();
    let attrs = bytes.get(base..).unwrap_or_default();
    let down = set.provided(header, attrs, inherited);
    for attr in attributes(attrs).filter_map(Result::ok) {
        let start = base + attr.offset - 4;
        let end = start + 4 + attr.payload.len();
        if offset >= end {
            continue;
        }
        let Some(known) = set.attr(attr.id(), true) else {
            return false;
        };
        if offset < start {
            return false;
        }
        path.push(known.name);
        if offset < start + 4 {
            return true;
        }
        let inner = offset - start - 4;
        let key = set.selector(known, attr.payload, header, attrs, inherited);
        return match &known.shape {
            Shape::Union(union) => match key.as_ref().and_then(|key| union().case(key)) {
                Some(case) => case
                    .shape
                    .as_ref()
                    .is_none_or(|shape| walk(shape, attr.payload, inner, down.as_ref(), path)),
                None => true,
            },
            shape => {
                walk(shape, attr.payload, inner, down.as_ref(), path) || {
                    // Within a scalar or struct: the attribute itself is as precise as it gets.
                    true
                }
            }
        };
    }
    false
}
