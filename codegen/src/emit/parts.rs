//! Integers with named ranges of bits.

use super::doc;
use super::writer::{Writer, tokens, word};
use crate::model::Parts;
use quote::quote;

pub(super) fn parts(writer: &mut Writer<'_>, parts: &Parts) {
    let meta = &parts.meta;
    let text = doc::with_since(meta) + &doc::reference(meta.header.as_deref(), "");
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let attribute = writer.macros("parts");
    let mut fields = Vec::new();
    for part in &parts.parts {
        let ty = match &part.ty {
            Some(named) => writer.named(named),
            None => match part.bits {
                0..=8 => "u8".to_owned(),
                9..=16 => "u16".to_owned(),
                17..=32 => "u32".to_owned(),
                _ => "u64".to_owned(),
            },
        };
        let docs = doc::attrs(&doc::with_since(&part.meta), 4);
        let nl = writer.nl(&[format!("part({}, {})", part.shift, part.bits)]);
        let (name, ty) = (word(&part.meta.name), tokens(&ty));
        fields.push(quote!(#docs #nl pub #name: #ty));
    }
    let (name, repr) = (word(&meta.name), word(&parts.repr.to_string()));
    writer.item(quote! {
        #docs
        #alias
        #[#attribute(#repr)]
        pub struct #name { #(#fields,)* }
    });
}
