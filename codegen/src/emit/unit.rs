//! Units of time.

use super::doc;
use super::writer::{Writer, word};
use crate::model::Unit;
use quote::quote;

pub(super) fn unit(writer: &mut Writer<'_>, unit: &Unit) {
    let meta = &unit.meta;
    let text = doc::with_since(meta) + &doc::reference(meta.header.as_deref(), "");
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let time = writer.macros("Time");
    let mut args = vec![format!("per_second = {}", unit.per_second)];
    if unit.forever.is_some() {
        args.push(format!("forever = {}", unit.literal));
    }
    let nl = writer.nl(&args);
    let (name, repr) = (word(&meta.name), word(&unit.repr.rust()));
    writer.item(quote! {
        #docs
        #alias
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, #time)]
        #nl
        pub struct #name(pub #repr);
    });
}
