//! Pass 4: unions.

use super::Cx;
use crate::diag::Span;
use crate::ident;
use crate::model::{Case, CaseKey, DefaultCase, List, Meta, Payload, Selection, Type, Union};
use crate::syntax;
use std::collections::BTreeMap;

pub(super) fn union(cx: &mut Cx<'_, '_>, file: usize, syntax: &syntax::Union) -> Option<Union> {
    let head = &syntax.head;
    let def = cx.own(file, &head.name)?;
    if head.root {
        cx.graph.root(def);
    }
    let text_key = match syntax.key.value.as_str() {
        "string" => true,
        "number" => false,
        other => {
            cx.diags
                .error(syntax.key.span, format!("unknown key `{other}`"))
                .help("a union is selected by a `string` or a `number`")
                .nearest(other, ["string", "number"]);
            return None;
        }
    };
    let mut meta = cx.meta(file, head, head.name.value.clone(), String::new());
    // A union stands in no header unless its spec says so.
    meta.header.clone_from(&head.header);
    let selection = cx.selections.get(def);
    let size = cx.sizes.get(def).map_or(0, |size| size.bytes);
    if selection == Selection::Fixed && text_key {
        cx.refuse(
            syntax.key.span,
            "a union inside a struct is selected by a number",
        );
    }
    check_size(cx, syntax, selection, size);
    let lead = match &syntax.lead {
        None => None,
        Some(lead) => {
            if text_key {
                cx.refuse(lead.span, "only a `number` can stand in front of a payload");
            }
            if selection != Selection::Selected {
                cx.refuse(
                    lead.span,
                    "a union with `lead` is selected by its own payload",
                );
            }
            cx.int(&lead.value, lead.span)
        }
    };
    let mut keys: BTreeMap<String, Span> = BTreeMap::new();
    let mut ors: BTreeMap<String, Span> = BTreeMap::new();
    let mut variants: BTreeMap<String, Span> = BTreeMap::new();
    let mut cases = Vec::new();
    for case in &syntax.cases {
        variant(cx, &mut variants, &case.name.value, case.name.span);
        let Some(key) = key(cx, case, text_key) else {
            continue;
        };
        let (shown, span) = match &key {
            CaseKey::Text(text) => (format!("\"{text}\""), key_span(case)),
            CaseKey::Number(number) => (number.to_string(), key_span(case)),
        };
        if let Some(before) = keys.insert(shown.clone(), span) {
            cx.refuse(span, format!("the key {shown} stands twice"))
                .related(before, "first here");
        }
        let mut more = Vec::new();
        for number in &case.more {
            if selection == Selection::Tagged {
                cx.refuse(
                    number.span,
                    "only a union whose selector is kept elsewhere has several keys a case",
                )
                .help("write one case for each key");
            }
            if let Some(before) = keys.insert(number.value.to_string(), number.span) {
                cx.refuse(
                    number.span,
                    format!("the key {} stands twice", number.value),
                )
                .related(before, "first here");
            }
            match u32::try_from(number.value) {
                Ok(number) => more.push(number),
                Err(_) => {
                    cx.refuse(number.span, "a key is a number from 0 to 4294967295");
                }
            }
        }
        let or = or(cx, def, case, text_key, &mut ors);
        let payload = match &case.shape {
            None => None,
            Some(shape) => {
                let Some(payload) = cx.payload(file, def, shape) else {
                    continue;
                };
                check_payload(cx, shape, &payload, selection);
                Some(payload)
            }
        };
        let headless = headless(cx, syntax, case, payload.as_ref());
        if payload.is_none() && selection == Selection::Fixed {
            cx.refuse(case.name.span, "a case inside a struct needs a type");
        }
        let Some(doc) = doc(cx, case, payload.as_ref()) else {
            continue;
        };
        let meta = Meta {
            name: ident::camel(&case.name.value),
            c: case.c.clone().unwrap_or_default(),
            header: None,
            since: case.since.clone(),
            doc,
        };
        cases.push(Case {
            meta,
            key,
            more,
            or,
            headless,
            payload,
        });
    }
    let default = match &syntax.default {
        None => None,
        Some(default) => {
            let (name, span) = match &default.name {
                Some(name) => (name.value.as_str(), name.span),
                None => ("default", default.span),
            };
            variant(cx, &mut variants, name, span);
            if selection == Selection::Fixed {
                cx.refuse(default.span, "a union inside a struct has no default");
            }
            default_case(cx, file, def, default, name)
        }
    };
    Some(Union {
        meta,
        text_key,
        lead,
        size,
        selection,
        cases,
        default,
    })
}

fn variant(cx: &mut Cx<'_, '_>, seen: &mut BTreeMap<String, Span>, name: &str, span: Span) {
    let camel = ident::camel(name);
    if camel == "Other" {
        cx.refuse(span, "`other` is what the union calls unknown keys")
            .help("choose another word and give the key with `key = …`");
    }
    if !ident::is_camel(&camel) || camel == "Self" {
        cx.refuse(span, format!("`{name}` cannot name a variant"));
    }
    if let Some(before) = seen.insert(camel.clone(), span) {
        cx.refuse(span, format!("two cases are called `{camel}` in Rust"))
            .related(before, "the other one");
    }
}

fn key_span(case: &syntax::Case) -> Span {
    match &case.key {
        Some(syntax::Key::Text(text)) => text.span,
        Some(syntax::Key::Number(number)) => number.span,
        None => case.name.span,
    }
}

fn key(cx: &mut Cx<'_, '_>, case: &syntax::Case, text_key: bool) -> Option<CaseKey> {
    match (&case.key, text_key) {
        (None, true) => Some(CaseKey::Text(case.name.value.clone())),
        (Some(syntax::Key::Text(text)), true) => Some(CaseKey::Text(text.value.clone())),
        (Some(syntax::Key::Number(number)), false) => match u32::try_from(number.value) {
            Ok(value) => Some(CaseKey::Number(value)),
            Err(_) => {
                cx.refuse(number.span, "a key is a number from 0 to 4294967295");
                None
            }
        },
        (None, false) => {
            cx.refuse(case.name.span, "missing key `key`")
                .label("needs `key`")
                .help("the union is selected by a number: write `{ key = 2, type = \"…\" }`");
            None
        }
        (Some(_), _) => {
            let wanted = if text_key { "a string" } else { "a number" };
            cx.refuse(key_span(case), format!("the key of this union is {wanted}"));
            None
        }
    }
}

/// Whether a case of a union with `lead` is without it, which only a set without a header can be.
fn headless(
    cx: &mut Cx<'_, '_>,
    syntax: &syntax::Union,
    case: &syntax::Case,
    payload: Option<&Payload>,
) -> bool {
    let Some(lead) = &case.lead else { return false };
    let bare =
        payload.is_some_and(|payload| payload.list == List::One && cx.is_bare_set(&payload.ty));
    let others = syntax.cases.iter().filter(|other| other.lead.is_some());
    if lead.value {
        cx.refuse(lead.span, "a case has the `lead` of its union anyway")
            .help("leave it out");
    } else if syntax.lead.is_none() {
        cx.refuse(lead.span, "this union has no `lead` to be without");
    } else if !bare || !case.more.is_empty() {
        cx.refuse(
            lead.span,
            "what is without the `lead` is a set without a header, with one key",
        );
    } else if others.count() > 1 {
        cx.refuse(lead.span, "only one case can be without the `lead`");
    }
    true
}

/// The key of a case in what stands in for an absent tag.
fn or(
    cx: &mut Cx<'_, '_>,
    def: usize,
    case: &syntax::Case,
    text_key: bool,
    seen: &mut BTreeMap<String, Span>,
) -> Option<CaseKey> {
    let (key, shown, span) = match case.or.as_ref()? {
        syntax::Key::Text(text) => {
            let key = CaseKey::Text(text.value.clone());
            (Some(key), format!("\"{}\"", text.value), text.span)
        }
        syntax::Key::Number(number) => {
            let key = u32::try_from(number.value).ok().map(CaseKey::Number);
            (key, number.value.to_string(), number.span)
        }
    };
    if !cx.selections.may_lack_tag(def) {
        cx.refuse(span, "nothing stands in for the selector of this union")
            .help("the attribute with the union says what does: `tag = \"…\", or = \"…\"`");
    } else if case.shape.is_none() {
        cx.refuse(span, "a case without data cannot be without its tag");
    } else if matches!(key, Some(CaseKey::Text(_))) != text_key {
        let wanted = if text_key { "a string" } else { "a number" };
        cx.refuse(span, format!("the key of this union is {wanted}"));
    }
    if let Some(before) = seen.insert(shown.clone(), span) {
        cx.refuse(span, format!("the key {shown} stands twice"))
            .related(before, "first here");
    }
    key
}

/// Whether the size that a union says is one it can have.
fn check_size(cx: &mut Cx<'_, '_>, syntax: &syntax::Union, selection: Selection, size: u64) {
    let Some(own) = &syntax.size else { return };
    if selection != Selection::Fixed {
        cx.refuse(own.span, "only a union inside a struct has a size");
    } else if own.value != size {
        cx.refuse(own.span, format!("the largest case has {size} bytes"))
            .help("`size` is for a union of C with room behind its largest case, in whole units of its alignment");
    }
}

fn check_payload(
    cx: &mut Cx<'_, '_>,
    shape: &syntax::Shape,
    payload: &Payload,
    selection: Selection,
) {
    if payload.ty.is_union() {
        cx.refuse(shape.ty.span(), "a union cannot stand directly in a union");
    }
    if payload.text == "flag" {
        cx.refuse(shape.ty.span(), "a case without data has no type")
            .help("write `{}`");
    }
    if let Some(list) = shape.list.as_ref().filter(|_| payload.list == List::Repeat) {
        cx.refuse(list.span, "a case cannot repeat an attribute's id");
    }
    if selection == Selection::Fixed {
        let plain = payload.list == List::One && payload.wire.is_none() && !payload.bare;
        let big = matches!(&payload.ty, Type::Int(int) if int.big);
        let fixed = cx.is_fixed(&payload.ty) && !matches!(payload.ty, Type::Chars(_));
        if !plain || big || !fixed {
            cx.refuse(
                shape.ty.span(),
                "inside a struct, a case is one value of fixed size",
            );
        }
    }
}

/// Documentation of a case: its own, or that of its type.
fn doc(cx: &mut Cx<'_, '_>, case: &syntax::Case, payload: Option<&Payload>) -> Option<String> {
    if let Some(doc) = &case.doc {
        return Some(doc.clone());
    }
    let Some(payload) = payload else {
        return Some(format!(
            "The kind `{}`, which has no data.",
            case.name.value
        ));
    };
    let def = payload.ty.named().and_then(|named| cx.def_of(named));
    let doc = def
        .and_then(|def| cx.index.defs.get(def))
        .map(|def| def.head.doc.clone());
    if doc.is_none() {
        cx.refuse(case.name.span, "missing key `doc`")
            .label("needs `doc`")
            .help("a case of a builtin type says itself what it is");
    }
    doc
}

fn default_case(
    cx: &mut Cx<'_, '_>,
    file: usize,
    def: usize,
    syntax: &syntax::DefaultCase,
    name: &str,
) -> Option<DefaultCase> {
    let ty = cx.ty(file, def, &syntax.ty)?;
    if ty.is_union() {
        cx.refuse(syntax.ty.span(), "a union cannot stand directly in a union");
    }
    let payload = Payload {
        ty,
        text: syntax.ty.text(),
        list: List::One,
        wire: None,
        bare: false,
        max: None,
        min: None,
        range: None,
    };
    let doc = syntax
        .doc
        .clone()
        .unwrap_or_else(|| "What every other key selects.".to_owned());
    Some(DefaultCase {
        name: ident::camel(name),
        doc,
        payload,
    })
}
