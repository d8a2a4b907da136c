//! Pass 4: what selects the case of a union, and the way there.

use super::Cx;
use super::index::{DefId, Item};
use crate::diag::Sp;
use crate::model::{Field, Scalar, Selector, Step, Type, Way};
use crate::syntax;

/// What a set has to select by.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) file: usize,
    pub(super) def: DefId,
    pub(super) set: &'s syntax::Set,
    /// Members of the header.
    pub(super) header: &'s [&'s Field],
}

/// What the `select` of an attribute names.
pub(super) fn selector(
    cx: &mut Cx<'_, '_>,
    scope: Scope<'_>,
    union: &Type,
    select: &Sp<String>,
) -> Option<Selector> {
    let text_key = cx.union_key(union)?;
    match select.value.as_str() {
        "inherited" => {
            if !scope.set.context {
                cx.graph.inherits(scope.def, select.span);
            }
            Some(Selector::Inherited)
        }
        "length" => {
            if text_key || matches!(union, Type::Scalar(_)) {
                cx.refuse(
                    select.span,
                    "only a union that is selected by a number goes by its length",
                );
            }
            Some(Selector::Length)
        }
        _ => field(cx, scope, text_key, select).map(Selector::Field),
    }
}

/// What the `or` of an attribute names: a selector for when the tag is absent.
pub(super) fn or(
    cx: &mut Cx<'_, '_>,
    scope: Scope<'_>,
    attr: &syntax::Attr,
    union: &Type,
) -> Option<Selector> {
    let or = attr.or.as_ref()?;
    let Some(tag) = &attr.tag else {
        cx.refuse(or.span, "`or` stands in for an absent `tag`")
            .help("leave it out, or give the union its own selector with `tag = \"…\"`");
        return None;
    };
    if tag.value == or.value {
        cx.refuse(or.span, format!("`{}` is the tag itself", or.value));
        return None;
    }
    let text_key = cx.union_key(union)?;
    let cases = union.named().and_then(|named| cx.def_of(named));
    let has_keys = cases.and_then(|def| cx.index.defs.get(def)).is_some_and(
        |def| matches!(def.item, Item::Union(union) if union.cases.iter().any(|case| case.or.is_some())),
    );
    if !has_keys {
        cx.refuse(
            or.span,
            format!("no case of `{}` has a key there", attr.shape.ty.text()),
        )
        .help("give a case `or = …`, what this selector says when the tag is absent");
    }
    field(cx, scope, text_key, or).map(Selector::Field)
}

/// A header member or an attribute of the set, and the way into it.
fn field(
    cx: &mut Cx<'_, '_>,
    scope: Scope<'_>,
    text_key: bool,
    select: &Sp<String>,
) -> Option<Way> {
    let mut names = select.value.split('.');
    let base = names.next().unwrap_or_default();
    let rest: Vec<&str> = names.collect();
    let header = scope.header.iter().find(|field| field.meta.name == base);
    let sibling = scope.set.attrs.iter().find(|attr| attr.name.value == base);
    if !rest.is_empty() {
        let ty = match (header, sibling) {
            (Some(field), _) => Some(field.ty.clone()),
            (None, Some(attr)) if attr.shape.list.is_none() => cx.peek(scope.file, &attr.shape.ty),
            _ => None,
        };
        if ty.is_some() || header.is_some() || sibling.is_some() {
            if text_key {
                cx.refuse(
                    select.span,
                    "a way into a field leads to a number, the key of the union is a string",
                );
            }
            let steps = way(cx, select, ty, &rest)?;
            let base = base.to_owned();
            return Some(Way { base, steps });
        }
    }
    let (is_text, is_number) = match (header, sibling) {
        (Some(field), _) => (false, field.ty.int().is_some()),
        (None, Some(attr)) => key_kind(cx, scope.file, attr),
        (None, None) => {
            let names = scope.header.iter().map(|field| field.meta.name.as_str());
            let names = names.chain(scope.set.attrs.iter().map(|attr| attr.name.value.as_str()));
            let message = format!("neither field nor attribute is called `{base}`");
            cx.diags
                .error(select.span, message)
                .nearest(base, names.chain(["inherited", "length"]));
            return None;
        }
    };
    check_key(cx, select, text_key, is_text, is_number);
    Some(Way {
        base: base.to_owned(),
        steps: Vec::new(),
    })
}

/// The steps from a value of a type to a number in it.
pub(super) fn way(
    cx: &mut Cx<'_, '_>,
    select: &Sp<String>,
    from: Option<Type>,
    names: &[&str],
) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut at = from;
    for name in names {
        let item = at
            .as_ref()
            .and_then(Type::named)
            .and_then(|named| cx.def_of(named))
            .and_then(|def| cx.index.defs.get(def))
            .map(|def| (def.file, def.item));
        let step = |c: &str, part| Step {
            name: (*name).to_owned(),
            c: c.to_owned(),
            part,
        };
        match item {
            Some((file, Item::Structure(structure))) => {
                let named = |field: &&syntax::Field| field.name.value == *name;
                let Some(field) = structure.fields.iter().find(named) else {
                    let names = structure.fields.iter().map(|f| f.name.value.as_str());
                    unknown(cx, select, name, names);
                    return None;
                };
                if field.bits.is_some() || field.wire.is_some() {
                    cx.refuse(
                        select.span,
                        format!("`{name}` is not a number of its own width"),
                    );
                }
                steps.push(step(field.c.as_deref().unwrap_or(name), false));
                at = cx.peek(file, &field.ty);
            }
            Some((_, Item::Parts(parts))) => {
                if !parts.parts.iter().any(|part| part.name.value == *name) {
                    let names = parts.parts.iter().map(|part| part.name.value.as_str());
                    unknown(cx, select, name, names);
                    return None;
                }
                steps.push(step(name, true));
                at = None;
            }
            _ => {
                cx.refuse(
                    select.span,
                    format!("`{name}` stands behind what has no members"),
                )
                .help("a way leads through structs, and at its end to a part of a number");
                return None;
            }
        }
    }
    let is_part = steps.last().is_some_and(|step| step.part);
    if !is_part && at.is_none_or(|ty| ty.int().is_none()) {
        cx.refuse(select.span, "the way does not end at a number");
        return None;
    }
    Some(steps)
}

fn unknown<'n>(
    cx: &mut Cx<'_, '_>,
    select: &Sp<String>,
    name: &str,
    names: impl Iterator<Item = &'n str>,
) {
    let message = format!("there is no member or part `{name}`");
    cx.diags.error(select.span, message).nearest(name, names);
}

/// Checks the `tag` of an attribute.
pub(super) fn tag_exists(
    cx: &mut Cx<'_, '_>,
    scope: Scope<'_>,
    attr: &syntax::Attr,
    union: &Type,
    tag: &Sp<String>,
) {
    let set = scope.set;
    let Some(key) = set.attrs.iter().find(|key| key.name.value == tag.value) else {
        let names = set.attrs.iter().map(|attr| attr.name.value.as_str());
        cx.diags
            .error(tag.span, format!("no attribute is called `{}`", tag.value))
            .nearest(&tag.value, names);
        return;
    };
    let mut earlier = set
        .attrs
        .iter()
        .take_while(|other| other.name.span != attr.name.span);
    let other = earlier.find(|other| other.tag.as_ref().is_some_and(|t| t.value == tag.value));
    if let Some(other) = other {
        let other = other.name.span;
        cx.refuse(
            tag.span,
            format!("`{}` is already the tag of another union", tag.value),
        )
        .related(other, "of this one")
        .help("the second union takes `select`");
    }
    let Some(text_key) = cx.union_key(union) else {
        return;
    };
    let (is_text, is_number) = key_kind(cx, scope.file, key);
    check_key(cx, tag, text_key, is_text, is_number);
}

/// Whether an attribute can be the key of a union by string or by number.
pub(super) fn key_kind(cx: &Cx<'_, '_>, file: usize, attr: &syntax::Attr) -> (bool, bool) {
    match cx.peek(file, &attr.shape.ty) {
        Some(Type::Scalar(Scalar::String)) => (true, false),
        Some(ty) => (false, ty.int().is_some()),
        None => (false, false),
    }
}

fn check_key(cx: &mut Cx<'_, '_>, at: &Sp<String>, text_key: bool, is_text: bool, is_number: bool) {
    let wanted = if text_key { "a string" } else { "an integer" };
    if if text_key { !is_text } else { !is_number } {
        cx.refuse(
            at.span,
            format!("the key of the union is {wanted}, `{}` is not", at.value),
        );
    }
}
