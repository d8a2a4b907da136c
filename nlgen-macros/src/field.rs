//! What both kinds of structs share: fields, their types, setters.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Data, DeriveInput, Fields, GenericArgument, Ident, PathArguments, Result, Type, Visibility,
};

/// The last segment of a type's path, as text.
fn last(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Whether the type is named `name`, with or without a path.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last(ty).is_some_and(|segment| segment.ident == name)
}

/// The `T` of `Outer<T>`.
pub(crate) fn inner<'t>(ty: &'t Type, outer: &str) -> Option<&'t Type> {
    let segment = last(ty).filter(|segment| segment.ident == outer)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(args) => match args.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

/// Whether integer literals infer to the type only if it is named plainly.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool"]
        .iter()
        .any(|name| is_named(ty, name))
}

/// Refuses type parameters and lifetimes.
pub(crate) fn plain(generics: &syn::Generics) -> Result<()> {
    if generics.params.is_empty() {
        return Ok(());
    }
    Err(syn::Error::new_spanned(
        generics,
        "generic types have no wire form: write a type for each form",
    ))
}

/// The named fields of a struct.
pub(crate) fn named_fields(input: &DeriveInput) -> Result<Vec<&syn::Field>> {
    plain(&input.generics)?;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter().collect()),
            _ => Err(syn::Error::new_spanned(
                &input.ident,
                "expected a struct with named fields",
            )),
        },
        _ => Err(syn::Error::new_spanned(
            &input.ident,
            "expected a struct with named fields",
        )),
    }
}

/// The name of a named field.
pub(crate) fn ident(field: &syn::Field) -> Result<&Ident> {
    field
        .ident
        .as_ref()
        .ok_or_else(|| syn::Error::new_spanned(field, "expected a named field"))
}

/// A chainable setter for a public field.
pub(crate) fn setter(owner: &Ident, field: &syn::Field) -> Result<TokenStream> {
    let name = ident(field)?;
    if !matches!(field.vis, Visibility::Public(_)) {
        return Ok(TokenStream::new());
    }
    let (ty, some) = match inner(&field.ty, "Option") {
        Some(ty) => (ty, true),
        None => (&field.ty, false),
    };
    let (param, value) = if is_primitive(ty) {
        (quote!(#ty), quote!(#name))
    } else {
        (
            quote!(impl ::core::convert::Into<#ty>),
            quote!(#name.into()),
        )
    };
    let value = if some {
        quote!(::core::option::Option::Some(#value))
    } else {
        value
    };
    let doc = format!("Sets [`{}`]({owner}::{name}).", name);
    Ok(quote! {
        #[doc = #doc]
        #[must_use]
        #[inline]
        pub fn #name(mut self, #name: #param) -> Self {
            self.#name = #value;
            self
        }
    })
}
