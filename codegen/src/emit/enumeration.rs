//! Enums, flags and numbered groups.

use super::doc;
use super::writer::{Writer, tokens, word};
use crate::ident;
use crate::model::{Enumeration, Family, Group};
use quote::quote;

pub(super) fn enumeration(writer: &mut Writer<'_>, enumeration: &Enumeration) {
    let meta = &enumeration.meta;
    let what = match meta.c.as_str() {
        "" => String::new(),
        prefix if prefix.ends_with('_') => format!("`{prefix}*`"),
        c => format!("`{c}`"),
    };
    let text = doc::with_since(meta) + &doc::reference(meta.header.as_deref(), &what);
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let attr = writer.macros(if enumeration.flags {
        "flags"
    } else {
        "open_enum"
    });
    let (repr, name) = (word(&enumeration.repr.to_string()), word(&meta.name));
    let values = enumeration.values.iter().map(|value| {
        let meta = &value.meta;
        let (docs, alias) = (
            doc::attrs(&doc::with_since(meta), 4),
            doc::alias(&meta.c, &meta.name),
        );
        let (name, number) = (word(&meta.name), tokens(&value.literal));
        quote!(#docs #alias #name = #number,)
    });
    writer.item(quote!(#docs #alias #[#attr(#repr)] pub enum #name { #(#values)* }));
}

/// The numbered multicast groups of a family.
pub(super) fn groups(writer: &mut Writer<'_>, family: &Family, groups: &[Group]) {
    let numbered: Vec<(&Group, u32)> = groups
        .iter()
        .filter_map(|group| Some((group, group.id?)))
        .collect();
    if numbered.is_empty() {
        return;
    }
    let header = groups.iter().find_map(|group| group.meta.header.as_deref());
    let text = format!("Multicast groups of `{}`.", family.c) + &doc::reference(header, "");
    let docs = doc::attrs(&text, 0);
    let attr = writer.macros("open_enum");
    let name = word(&format!("{}Group", ident::camel(&family.name)));
    let values = numbered.into_iter().map(|(group, id)| {
        let meta = &group.meta;
        let (docs, alias) = (
            doc::attrs(&doc::with_since(meta), 4),
            doc::alias(&meta.c, &meta.name),
        );
        let (name, number) = (word(&meta.name), tokens(&id.to_string()));
        quote!(#docs #alias #name = #number,)
    });
    writer.item(quote!(#docs #[#attr(u32)] pub enum #name { #(#values)* }));
}
