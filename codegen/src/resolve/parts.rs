//! Pass 4: integers with named ranges of bits.

use super::Cx;
use crate::model::{Category, Meta, Part, Parts, Type};
use crate::syntax;

pub(super) fn parts(cx: &mut Cx<'_, '_>, file: usize, syntax: &syntax::Parts) -> Option<Parts> {
    let repr = cx.int(&syntax.repr.value, syntax.repr.span)?;
    let head = &syntax.head;
    let def = cx.own(file, &head.name)?;
    if repr.signed {
        cx.refuse(syntax.repr.span, "parts need an unsigned integer");
    }
    let mut meta = cx.meta(file, head, head.name.value.clone(), String::new());
    // C has no name for it unless the spec says so.
    meta.header.clone_from(&head.header);
    let mut taken: u64 = 0;
    let mut parts = Vec::new();
    for part in &syntax.parts {
        let (shift, bits) = (part.shift.value, part.bits.value);
        if bits == 0 || shift.saturating_add(bits) > u64::from(repr.bits) {
            cx.refuse(part.bits.span, format!("{repr} has {} bits", repr.bits));
            continue;
        }
        let mask = (u64::MAX >> (64 - bits)) << shift;
        if taken & mask != 0 {
            cx.refuse(part.shift.span, "these bits belong to an earlier part");
        }
        taken |= mask;
        let ty = match &part.ty {
            None => None,
            Some(expr) => match cx.ty(file, def, expr) {
                Some(Type::Named(named))
                    if matches!(named.category, Category::Enum(_) | Category::Flags(_)) =>
                {
                    Some(named)
                }
                Some(_) => {
                    cx.refuse(expr.span(), "a part is a number, an enum or flags");
                    continue;
                }
                None => continue,
            },
        };
        let meta = Meta {
            name: part.name.value.clone(),
            c: part.name.value.clone(),
            header: None,
            since: None,
            doc: part.doc.clone(),
        };
        parts.push(Part {
            meta,
            shift,
            bits,
            ty,
        });
    }
    Some(Parts { meta, repr, parts })
}
