//! What one payload says that another does not: [`difference`].

use super::{OwnedKey, Place, Selector, SetSchema, Shape};
use crate::wire::attr::attr_align;
use crate::wire::{RawAttr, attributes};

/// The part of `new` that differs from `old`, as a payload of the same form; `None` if nothing does.
///
/// Both are requests. Sets are compared attribute by attribute, at every depth; everything else as a whole, and so are sets of
/// which the kernel resets what a request lacks.
pub fn difference(shape: &Shape, new: &[u8], old: &[u8]) -> Option<Vec<u8>> {
    match shape {
        Shape::Set(schema) => set(schema(), new, old, None),
        _ => (new != old).then(|| new.to_vec()),
    }
}

fn set(set: &SetSchema, new: &[u8], old: &[u8], inherited: Option<&OwnedKey>) -> Option<Vec<u8>> {
    let base = attr_align(set.header_size);
    let header = new.get(..set.header_size).unwrap_or(new);
    let attrs = new.get(base..).unwrap_or_default();
    let old: Vec<RawAttr<'_>> = attributes(old.get(base..).unwrap_or_default())
        .filter_map(Result::ok)
        .collect();
    let mut out = new.get(..base).unwrap_or(new).to_vec();
    let mut selectors: Vec<RawAttr<'_>> = Vec::new();
    let mut some = false;
    let place = Place {
        header,
        attrs,
        inherited,
        to_kernel: true,
    };
    let down = set.provided(&place);
    for attr in attributes(attrs).filter_map(Result::ok) {
        let known = set.attr(attr.id(), true);
        if known.is_some_and(|known| matches!(known.selector, Selector::Of(_))) {
            selectors.push(attr);
            continue;
        }
        if old.contains_same(&attr) {
            continue;
        }
        let key = known.and_then(|known| set.selector(known, attr.payload, &place));
        let shape = known.and_then(|known| match &known.shape {
            Shape::Union(union) => union().case(key.as_ref()?)?.shape,
            shape => Some(*shape),
        });
        let before = old.iter().rfind(|before| before.id() == attr.id());
        let payload = match (shape, before) {
            (Some(Shape::Set(schema)), Some(before)) => {
                self::set(schema(), attr.payload, before.payload, down.as_ref())
            }
            _ => Some(attr.payload.to_vec()),
        };
        let Some(payload) = payload else { continue };
        let by = known.map_or(Selector::None, |known| known.selector);
        if let Some(id) = selector_in(by, &selectors) {
            // The data means nothing without its selector.
            selectors.retain(|selector| {
                let ours = selector.id() == id;
                if ours {
                    put(&mut out, selector.id_and_flags, selector.payload);
                }
                !ours
            });
        }
        put(&mut out, attr.id_and_flags, &payload);
        some = true;
    }
    // A selector without data counts by itself.
    for selector in selectors {
        if !old.contains_same(&selector) {
            put(&mut out, selector.id_and_flags, selector.payload);
            some = true;
        }
    }
    match some {
        true if set.whole => Some(new.to_vec()),
        some => some.then_some(out),
    }
}

/// The attribute that selects, of those that are there.
fn selector_in(selector: Selector, there: &[RawAttr<'_>]) -> Option<u16> {
    match selector {
        Selector::Attr(id, _) => Some(id),
        Selector::AttrOr(id, _) if there.iter().any(|attr| attr.id() == id) => Some(id),
        Selector::AttrOr(_, or) => selector_in(*or, there),
        _ => None,
    }
}

trait ContainsSame {
    fn contains_same(&self, attr: &RawAttr<'_>) -> bool;
}

impl ContainsSame for Vec<RawAttr<'_>> {
    fn contains_same(&self, attr: &RawAttr<'_>) -> bool {
        self.iter()
            .any(|other| other.id() == attr.id() && other.payload == attr.payload)
    }
}

fn put(out: &mut Vec<u8>, id_and_flags: u16, payload: &[u8]) {
    let len = payload.len() + 4;
    // Never longer than what it was cut from.
    out.extend((len as u16).to_ne_bytes());
    out.extend(id_and_flags.to_ne_bytes());
    out.extend(payload);
    out.resize(out.len() + attr_align(len) - len, 0);
}
