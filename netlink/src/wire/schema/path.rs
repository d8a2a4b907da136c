//! The attribute at an offset of a request: [`path_at`], and one that is missing there: [`missing_at`].

use super::{OwnedKey, Place, SetSchema, Shape, lead_case};
use crate::wire::attr::attr_align;
use crate::wire::attributes;

/// The way to the attribute that stands at `offset` bytes in a message body, by C names.
///
/// The kernel reports the offset of the attribute it refuses; this says which one that is. `None` where the offset
/// points to nothing known, for instance into the header.
pub fn path_at(shape: &Shape, body: &[u8], offset: usize) -> Option<Vec<&'static str>> {
    let mut path = Vec::new();
    walk(shape, body, offset, None, &mut path).map(|_| path)
}

/// The C name of an attribute that a message lacks: in the nest that stands at `nest` bytes in its body, or at the top.
///
/// The kernel reports the id of what it wants, and the offset of the nest that should have had it.
pub fn missing_at(
    shape: &Shape,
    body: &[u8],
    nest: Option<usize>,
    id: u16,
) -> Option<&'static str> {
    let found = match nest {
        Some(offset) => walk(shape, body, offset, None, &mut Vec::new())?,
        None => match shape {
            Shape::Lead { int, headless, of } => lead_case(of(), int, *headless, body)?,
            shape => *shape,
        },
    };
    named(&found, id)
}

/// The C name of an attribute of a set.
fn named(shape: &Shape, id: u16) -> Option<&'static str> {
    match shape {
        Shape::Set(schema) => schema().attr(id, true).map(|attr| attr.name),
        Shape::Groups(item) => named(item, id),
        _ => None,
    }
}

/// What stands at an offset; `None` if nothing known does.
fn walk(
    shape: &Shape,
    bytes: &[u8],
    offset: usize,
    inherited: Option<&OwnedKey>,
    path: &mut Vec<&'static str>,
) -> Option<Shape> {
    match shape {
        Shape::Set(schema) => walk_set(schema(), bytes, offset, inherited, path),
        Shape::Groups(item) => walk(item, bytes, offset, inherited, path),
        Shape::Lead { int, headless, of } => {
            let case = lead_case(of(), int, *headless, bytes)?;
            walk(&case, bytes, offset, inherited, path)
        }
        Shape::Index { item, .. } | Shape::Items { item, .. } | Shape::Map(item) => {
            for attr in attributes(bytes).filter_map(Result::ok) {
                let start = attr.offset - 4;
                if offset == start {
                    return Some(**item);
                }
                if offset < attr.offset + attr.payload.len() {
                    let inner = offset.checked_sub(attr.offset)?;
                    return walk(item, attr.payload, inner, inherited, path);
                }
            }
            None
        }
        Shape::Records(records) => {
            let mut all = records.each(bytes).into_iter();
            let at = all.find(|record| record.contains(&offset))?;
            let inner = offset - at.start;
            walk(records.item, bytes.get(at)?, inner, inherited, path)
        }
        shape => (offset == 0).then_some(*shape),
    }
}

fn walk_set(
    set: &SetSchema,
    bytes: &[u8],
    offset: usize,
    inherited: Option<&OwnedKey>,
    path: &mut Vec<&'static str>,
) -> Option<Shape> {
    let base = attr_align(set.header_size);
    let header = bytes.get(..set.header_size).unwrap_or_default();
    let attrs = bytes.get(base..).unwrap_or_default();
    let place = Place {
        header,
        attrs,
        inherited,
        to_kernel: true,
    };
    let down = set.provided(&place);
    for attr in attributes(attrs).filter_map(Result::ok) {
        let start = base + attr.offset - 4;
        let end = start + 4 + attr.payload.len();
        if offset >= end {
            continue;
        }
        let known = set.attr(attr.id(), true)?;
        if offset < start {
            return None;
        }
        path.push(known.name);
        let key = set.selector(known, attr.payload, &place);
        let shape = match &known.shape {
            Shape::Union(union) => key
                .and_then(|key| union().case(&key)?.shape)
                .unwrap_or(Shape::Bytes),
            shape => *shape,
        };
        let Some(inner) = offset.checked_sub(start + 4) else {
            return Some(shape);
        };
        // Within a scalar or struct, the attribute itself is as precise as it gets.
        let nested = walk(&shape, attr.payload, inner, down.as_ref(), path);
        return nested.or(Some(shape));
    }
    None
}
