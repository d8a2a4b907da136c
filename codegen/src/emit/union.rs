//! Unions.

use super::writer::{Writer, tokens, word};
use super::{codec, doc};
use crate::model::{CaseKey, List, Payload, Selection, Union};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn union(writer: &mut Writer<'_>, union: &Union) {
    let meta = &union.meta;
    let text = doc::with_since(meta) + &doc::reference(meta.header.as_deref(), "");
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let kind = writer.macros("Kind");
    let mut variants = Vec::new();
    for case in &union.cases {
        let key = match &case.key {
            CaseKey::Text(text) => format!("case = {text:?}"),
            CaseKey::Number(number) if case.more.is_empty() => format!("case = {number}"),
            CaseKey::Number(number) => {
                let more: Vec<String> = case.more.iter().map(u32::to_string).collect();
                format!("case = {number}, also({})", more.join(", "))
            }
        };
        let key = match &case.or {
            Some(CaseKey::Text(or)) => format!("{key}, or = {or:?}"),
            Some(CaseKey::Number(or)) => format!("{key}, or = {or}"),
            None if case.headless => format!("{key}, headless"),
            None => key,
        };
        let meta = &case.meta;
        let text = with_facts(&doc::with_since(meta), case.payload.as_ref());
        let alias = doc::alias(&meta.c, &meta.name);
        let head = (doc::attrs(&text, 4), alias);
        variants.push(variant(
            writer,
            union,
            head,
            key,
            &meta.name,
            case.payload.as_ref(),
        ));
    }
    if let Some(default) = &union.default {
        let head = (
            doc::attrs(&doc::sentence(&default.doc), 4),
            TokenStream::new(),
        );
        let payload = Some(&default.payload);
        variants.push(variant(
            writer,
            union,
            head,
            "default".to_owned(),
            &default.name,
            payload,
        ));
    }
    variants.push(other(writer, union));
    let mut args = vec![format!(
        "key = {}",
        if union.text_key { "str" } else { "int" }
    )];
    if let Some(lead) = union.lead {
        args.push(format!("lead = {}", lead.rust()));
    }
    if union.selection == Selection::Fixed {
        args.push("fixed".to_owned());
    }
    let (nl, name) = (writer.nl(&args), word(&meta.name));
    writer.item(quote! {
        #docs
        #alias
        #[derive(Clone, Debug, PartialEq, #kind)]
        #nl
        #[non_exhaustive]
        pub enum #name { #(#variants,)* }
    });
}

fn with_facts(text: &str, payload: Option<&Payload>) -> String {
    let facts = payload.map(doc::facts).unwrap_or_default();
    std::iter::once(text.to_owned())
        .chain(facts)
        .collect::<Vec<_>>()
        .join(" ")
}

fn variant(
    writer: &mut Writer<'_>,
    union: &Union,
    (docs, alias): (TokenStream, TokenStream),
    key: String,
    name: &str,
    payload: Option<&Payload>,
) -> TokenStream {
    let name = word(name);
    let mut args = vec![key];
    let Some(payload) = payload else {
        let nl = writer.nl(&args);
        return quote!(#docs #alias #nl #name);
    };
    let cfg = writer.cfg_of(&payload.ty);
    let mut ty = codec::rust_type(writer, &payload.ty);
    if let Some(codec) = codec::payload(writer, payload) {
        args.push(format!("as = {codec}"));
    }
    if payload.list != List::One {
        ty = codec::list_type(&payload.list, &ty);
    } else if payload.ty.is_composite() && union.selection != Selection::Fixed {
        ty = format!("Box<{ty}>");
    }
    if union.selection == Selection::Tagged {
        ty = format!("Option<{ty}>");
    }
    let (nl, ty) = (writer.nl(&args), tokens(&ty));
    quote!(#cfg #docs #alias #nl #name(#ty))
}

/// What this version does not know.
fn other(writer: &mut Writer<'_>, union: &Union) -> TokenStream {
    let nl = writer.nl(&["other".to_owned()]);
    match union.selection {
        Selection::Tagged => {
            let docs = doc::attrs("A kind this version does not know.", 4);
            let key = if union.text_key {
                writer.wire("NlString")
            } else {
                "u32".to_owned()
            };
            let key = tokens(&key);
            let key_docs = doc::attrs("The kind.", 8);
            let data_docs = doc::attrs("Its data, as it came.", 8);
            quote!(#docs #nl Other { #key_docs kind: #key, #data_docs data: Option<Box<[u8]>>, })
        }
        Selection::Selected => {
            let docs = doc::attrs("What a selector this version does not know selects.", 4);
            quote!(#docs #nl Other(Box<[u8]>))
        }
        Selection::Fixed => {
            let docs = doc::attrs("The bytes under a selector this version does not know.", 4);
            let size = tokens(&union.size.to_string());
            quote!(#docs #nl Other([u8; #size]))
        }
    }
}
