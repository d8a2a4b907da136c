//! Attribute sets.

use super::structure::{members, needs_zero};
use super::writer::{Writer, tokens, word};
use super::{codec, doc};
use crate::model::{
    Attr, Direction, Header, List, Pair, Scalar, Selector, Set, SetItem, Type, Way,
};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn set(writer: &mut Writer<'_>, set: &Set) {
    let meta = &set.meta;
    let mut text = doc::with_since(meta);
    if set.whole {
        text += "\n\nA request replaces all of it: what it lacks is reset.";
    }
    if !set.retired.is_empty() {
        let names = set.retired.iter().map(|attr| format!("`{}`", attr.meta.c));
        let names: Vec<_> = names.collect();
        text += &format!(
            "\n\nNo fields, since no kernel sends or reads them: {}.",
            names.join(", ")
        );
    }
    text += &doc::reference(meta.header.as_deref(), &what(set));
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let attrs = writer.macros("Attrs");
    let unknown = word(&writer.wire("Unknown"));
    let header: &[_] = set
        .header
        .as_ref()
        .map_or(&[], |header: &Header| &header.members);
    let (mut fields, pad_end) = members(writer, header);
    for item in &set.items {
        fields.push(match item {
            SetItem::Attr(attr) => self::attr(writer, attr),
            SetItem::Pair(pair) => self::pair(writer, pair),
        });
    }
    let unknown_docs = doc::attrs(
        "Attributes this version does not know, kept as they came.",
        4,
    );
    let mut nl = args(set, pad_end);
    let zeroed = header.iter().any(needs_zero);
    if zeroed {
        nl.push("zeroed".to_owned());
    }
    let default = (!zeroed).then(|| quote!(Default,));
    let nl = writer.nl(&nl);
    let name = word(&meta.name);
    let header_alias = set
        .header
        .as_ref()
        .map(|header| doc::alias(&header.c, &meta.c));
    let retired = set.retired.iter().map(|attr| doc::alias(&attr.meta.c, ""));
    writer.item(quote! {
        #docs
        #header_alias
        #alias
        #(#retired)*
        #[derive(Clone, Debug, #default PartialEq, #attrs)]
        #nl
        #[non_exhaustive]
        pub struct #name { #(#fields,)* #unknown_docs pub unknown: #unknown, }
    });
}

/// What C has for a set: a struct, a prefix, or both.
fn what(set: &Set) -> String {
    let header = set.header.as_ref().filter(|header| !header.c.is_empty());
    let header = header.map(|header| format!("`struct {}`", header.c));
    let prefix = (!set.prefix.is_empty()).then(|| format!("`{}*`", set.prefix));
    header
        .into_iter()
        .chain(prefix)
        .collect::<Vec<_>>()
        .join(" and ")
}

fn args(set: &Set, pad_end: u64) -> Vec<String> {
    let mut args = Vec::new();
    if let Some(short) = set.header.as_ref().and_then(|header| header.short) {
        args.push(format!("short_header = {short}"));
    }
    if let Some(provide) = &set.provide {
        args.push(format!("provide = {provide}"));
    }
    if set.whole {
        args.push("whole".to_owned());
    }
    if !set.pads.is_empty() {
        let pads: Vec<String> = set.pads.iter().map(u64::to_string).collect();
        args.push(format!("pads({})", pads.join(", ")));
    }
    if pad_end > 0 {
        args.push(format!("pad_end = {pad_end}"));
    }
    args
}

fn attr(writer: &mut Writer<'_>, attr: &Attr) -> TokenStream {
    let payload = &attr.payload;
    let mut args = vec![format!("attr = {}", attr.id)];
    let ty = codec::rust_type(writer, &payload.ty);
    let codec = codec::payload(writer, payload);
    let flag = matches!(payload.ty, Type::Scalar(Scalar::Flag));
    let ty = match &payload.list {
        List::One if flag => {
            args.push("flag".to_owned());
            ty
        }
        List::One if attr.boxed == Some(true) => format!("Option<Box<{ty}>>"),
        List::One => format!("Option<{ty}>"),
        List::Repeat => {
            args.push("repeat".to_owned());
            format!("Vec<{ty}>")
        }
        List::Groups => {
            args.push("groups".to_owned());
            format!("Vec<{ty}>")
        }
        list => format!("Option<{}>", codec::list_type(list, &ty)),
    };
    if let Some(codec) = codec {
        args.push(format!("as = {codec}"));
    }
    selector("by", attr.by.as_ref(), &mut args);
    limits(attr, &mut args);
    properties(attr, &mut args);
    let text = doc::of_attr(&attr.meta.doc, &attr.meta, payload, attr.direction);
    let docs = doc::attrs(&text, 4);
    let alias = doc::alias(&attr.meta.c, &attr.meta.name);
    let others = aliases(attr);
    let cfg = writer.cfg_of(&payload.ty);
    let (nl, name, ty) = (writer.nl(&args), word(&attr.meta.name), tokens(&ty));
    quote!(#cfg #docs #alias #others #nl pub #name: #ty)
}

/// Other names in C, under which rustdoc finds the field.
fn aliases(attr: &Attr) -> TokenStream {
    let all = attr.aliases.iter();
    all.map(|alias| doc::alias(alias, &attr.meta.name))
        .collect()
}

/// Where a selector stands.
pub(super) fn selector(key: &str, selector: Option<&Selector>, args: &mut Vec<String>) {
    match selector {
        None => {}
        Some(Selector::Inherited) => args.push(format!("{key} = inherited")),
        Some(Selector::Length) => args.push(format!("{key} = length")),
        Some(Selector::Field(way)) => self::way(key, way, args),
    }
}

/// The way to a selector, and its names in C where they are others.
pub(super) fn way(key: &str, way: &Way, args: &mut Vec<String>) {
    let mut text = format!("{key} = {}", way.base);
    for step in &way.steps {
        let call = if step.part { "()" } else { "" };
        text.push_str(&format!(".{}{call}", step.name));
    }
    args.push(text);
    if way.steps.iter().any(|step| step.c != step.name) {
        let names: Vec<&str> = way.steps.iter().map(|step| step.c.as_str()).collect();
        args.push(format!("by_c = {:?}", names.join(".")));
    }
}

/// A selector and its data: one field, named after the selector.
fn pair(writer: &mut Writer<'_>, pair: &Pair) -> TokenStream {
    let (key, data) = (&pair.key, &pair.data);
    let mut args = vec![format!("key = {}", key.id), format!("data = {}", data.id)];
    if let Some(codec) = codec::key(writer, &key.payload) {
        args.push(format!("key_as = {codec}"));
    }
    selector("or", data.or.as_ref(), &mut args);
    properties(data, &mut args);
    let ty = codec::rust_type(writer, &data.payload.ty);
    let text = format!(
        "{} {}",
        doc::sentence(&key.meta.doc),
        doc::sentence(&data.meta.doc)
    );
    let text = doc::of_attr(&text, &data.meta, &data.payload, data.direction);
    let docs = doc::attrs(&text, 4);
    let mut aliases: Vec<_> = [&key.meta.c, &data.meta.c]
        .map(|c| doc::alias(c, &key.meta.name))
        .into();
    aliases.extend([key, data].map(self::aliases));
    let (nl, name, ty) = (
        writer.nl(&args),
        word(&key.meta.name),
        tokens(&format!("Option<{ty}>")),
    );
    quote!(#docs #(#aliases)* #nl pub #name: #ty)
}

fn limits(attr: &Attr, args: &mut Vec<String>) {
    // Elements of an attribute that repeats come one by one: nobody counts them but the kernel.
    if let Some(max) = attr
        .payload
        .max
        .filter(|_| attr.payload.list != List::Repeat)
    {
        args.push(format!("max = {max}"));
    }
    if let Some((low, high)) = attr.payload.range {
        args.push(format!("range({low}, {high})"));
    }
}

fn properties(attr: &Attr, args: &mut Vec<String>) {
    match attr.direction {
        Direction::Both => {}
        Direction::Read | Direction::Write => args.push(attr.direction.word().to_owned()),
    }
    if let Some(nested) = attr.nested {
        args.push(format!("nested = {nested}"));
    }
    if attr.byteorder {
        args.push("byteorder".to_owned());
    }
    if attr.required {
        args.push("required".to_owned());
    }
}
