//! Fixed structs, and the members that stand in front of attributes.

use super::writer::{Writer, tokens, word};
use super::{codec, doc};
use crate::model::{Category, Count, CountUnit, Field, Member, Place, Scalar, Structure, Type};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn structure(writer: &mut Writer<'_>, structure: &Structure) {
    if !structure.standalone {
        return;
    }
    let meta = &structure.meta;
    let what = if meta.c.is_empty() {
        String::new()
    } else {
        format!("`struct {}`", meta.c)
    };
    let text = doc::with_since(meta) + &doc::reference(meta.header.as_deref(), &what);
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let layout = writer.macros("Layout");
    let (mut fields, pad_end) = members(writer, &structure.members);
    let mut args = Vec::new();
    if let Some(least) = structure.grows {
        args.push(format!("grows = {least}"));
        let growth = word(&writer.wire("Growth"));
        let docs = doc::attrs(
            "What a newer kernel added, or how much an older one left out.",
            4,
        );
        fields.push(quote!(#docs pub growth: #growth));
    }
    if pad_end > 0 {
        args.push(format!("pad_end = {pad_end}"));
    }
    if structure.packed {
        args.push("packed".to_owned());
    }
    // The standard library has defaults for arrays up to 32 elements and none for addresses; unions have none either.
    let zeroed = structure.members.iter().any(needs_zero);
    if zeroed {
        args.push("zeroed".to_owned());
    }
    let default = (!zeroed).then(|| quote!(Default,));
    let nl = writer.nl(&args);
    let copy = structure.copy.then(|| quote!(Copy,));
    let eq = has_eq(structure).then(|| quote!(Eq,));
    let name = word(&meta.name);
    writer.item(quote! {
        #docs
        #alias
        #[derive(Clone, #copy Debug, #default PartialEq, #eq #layout)]
        #nl
        #[non_exhaustive]
        pub struct #name { #(#fields,)* }
    });
}

/// Fields for members, and the bytes of padding after the last of them.
pub(super) fn members(writer: &mut Writer<'_>, members: &[Member]) -> (Vec<TokenStream>, u64) {
    let mut fields = Vec::new();
    let mut hidden: Vec<String> = Vec::new();
    let mut pad_end = 0;
    for member in members {
        match member {
            Member::RecordLen(int) => hidden.push(format!("length = {int}")),
            Member::Pad(pad) => {
                hidden.push(format!("pad = {}", pad.len));
                pad_end += pad.len;
            }
            Member::Count(count) => hidden.push(self::count(count)),
            Member::Field(field) => {
                fields.push(self::field(writer, field, std::mem::take(&mut hidden)));
                pad_end = 0;
            }
        }
    }
    (fields, pad_end)
}

fn count(count: &Count) -> String {
    let of = match count.of.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let mut text = format!("count({of}, {}", count.int);
    match count.unit {
        CountUnit::Elements => {}
        CountUnit::Bytes => text.push_str(", bytes"),
        CountUnit::Bits => text.push_str(", bits"),
    }
    if count.bias != 0 {
        text.push_str(&format!(", bias = {}", count.bias));
    }
    text + ")"
}

fn field(writer: &mut Writer<'_>, field: &Field, mut args: Vec<String>) -> TokenStream {
    let meta = &field.meta;
    let mut ty = codec::rust_type(writer, &field.ty);
    let mut one = codec::one(writer, &field.ty, field.wire, false);
    let bytes = matches!(field.ty, Type::Scalar(Scalar::Bytes));
    match field.place {
        Place::Fixed => {}
        Place::Tail => args.push("tail".to_owned()),
        Place::Rest | Place::RestList => args.push("rest".to_owned()),
    }
    if matches!(field.place, Place::Tail | Place::RestList) && !bytes {
        ty = format!("Vec<{ty}>");
    }
    if field.place == Place::Rest && field.by.is_some() {
        ty = format!("Option<{ty}>");
    }
    if field.place == Place::RestList && !bytes {
        let packed = writer.wire("Packed");
        one = Some(match one {
            None => packed,
            Some(one) => format!("{packed}<{one}>"),
        });
    }
    if let Some(one) = one {
        args.push(format!("as = {one}"));
    }
    if let Some(bits) = field.bits {
        args.push(format!("bits = {bits}"));
    }
    if let Some(by) = &field.by {
        super::set::way("by", by, &mut args);
    }
    if !field.counts.is_empty() {
        args.push(format!("counts({})", field.counts.join(", ")));
    }
    let (docs, alias) = (
        doc::attrs(&doc::with_since(meta), 4),
        doc::alias(&meta.c, &meta.name),
    );
    let (nl, name, ty) = (writer.nl(&args), word(&meta.name), tokens(&ty));
    quote!(#docs #alias #nl pub #name: #ty)
}

/// Whether the type of a member has no default.
pub(super) fn needs_zero(member: &Member) -> bool {
    matches!(member, Member::Field(field) if field.place == Place::Fixed && no_default(&field.ty))
}

fn no_default(ty: &Type) -> bool {
    match ty {
        Type::Array(item, len) => *len > 32 || no_default(item),
        Type::Scalar(Scalar::Ipv4 | Scalar::Ipv6) => true,
        ty => ty.is_union(),
    }
}

/// Whether all members compare exactly.
fn has_eq(structure: &Structure) -> bool {
    structure.fields().all(|field| match field.ty.named() {
        Some(named) => match named.category {
            Category::Enum(_) | Category::Flags(_) | Category::Unit(_) | Category::Parts(_) => true,
            // What a struct holds is not looked into: a set may be at its end.
            Category::Struct => field.place == Place::Fixed && structure.copy,
            Category::Set | Category::Union => false,
        },
        None => true,
    })
}
