//! `parts`: integers with named ranges of bits.

use crate::names::{Repr, int_impl};
use crate::nl::{Nl, c_name};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Error, Fields, ItemStruct, Result};

pub(crate) fn parts(repr: &Repr, item: &ItemStruct) -> Result<TokenStream> {
    crate::field::plain(&item.generics)?;
    let Fields::Named(fields) = &item.fields else {
        return Err(Error::new_spanned(
            &item.ident,
            "expected a struct with a field for each part",
        ));
    };
    let (attrs, vis, name, rust) = (&item.attrs, &item.vis, &item.ident, &repr.rust);
    let text = name.to_string();
    let (mut methods, mut table, mut arguments, mut sets) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for field in &fields.named {
        let Some(part) = &field.ident else { continue };
        let nl = Nl::read(&field.attrs)?;
        nl.only("a part", &["part"])?;
        let Some((shift, width)) = &nl.part else {
            return Err(Error::new_spanned(
                part,
                "a part says where it stands: `#[nl(part(first_bit, bits))]`",
            ));
        };
        let (first, bits) = (shift.base10_parse::<u64>()?, width.base10_parse::<u64>()?);
        if bits == 0 || first.saturating_add(bits) > repr.bits() {
            return Err(Error::new_spanned(
                width,
                format!("`{rust}` has {} bits", repr.bits()),
            ));
        }
        let ty = &field.ty;
        let docs: Vec<&Attribute> = field
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc"))
            .collect();
        let with = format_ident!("with_{part}");
        let with_doc = format!(
            "The same with another [`{part}`](Self::{part}); what does not fit its {bits} bits is cut off."
        );
        methods.push(quote! {
            #(#docs)*
            #[inline]
            pub fn #part(self) -> #ty {
                <#ty as ::netlink::wire::Int>::from_bits(::netlink::wire::private::get_part(
                    ::netlink::wire::Int::to_bits(self), #first, #bits))
            }

            #[doc = #with_doc]
            #[inline]
            #[must_use]
            pub fn #with(self, #part: #ty) -> Self {
                <Self as ::netlink::wire::Int>::from_bits(::netlink::wire::private::set_part(
                    ::netlink::wire::Int::to_bits(self), #first, #bits,
                    ::netlink::wire::Int::to_bits(#part)))
            }
        });
        let (shown, c_name, place) = (
            part.to_string(),
            c_name(&field.attrs, &part.to_string()),
            first << 8 | bits,
        );
        table.push(quote!((#shown, #c_name, #place)));
        arguments.push(quote!(#part: #ty));
        sets.push(quote!(.#with(#part)));
    }
    let int = int_impl(
        name,
        &quote!(#rust),
        repr.big,
        &quote!(::netlink::wire::private::Names {
            style: ::netlink::wire::private::NameStyle::Parts,
            values: &[#(#table),*],
        }),
        &quote!(#name(<#rust as ::netlink::wire::Int>::from_bits(bits))),
        &quote!(::netlink::wire::Int::to_bits(self.0)),
    );
    Ok(quote! {
        #(#attrs)*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #vis struct #name(
            /// The number.
            pub #rust,
        );

        #[automatically_derived]
        impl #name {
            /// The number of these parts; what does not fit its part is cut off.
            #[inline]
            pub fn new(#(#arguments),*) -> Self {
                Self::default()#(#sets)*
            }

            #(#methods)*
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::netlink::wire::private::debug_parts(
                    f, #text, <Self as ::netlink::wire::Int>::NAMES.values,
                    ::netlink::wire::Int::to_bits(*self),
                )
            }
        }

        impl ::core::convert::From<#rust> for #name {
            fn from(number: #rust) -> Self {
                #name(number)
            }
        }

        impl ::core::convert::From<#name> for #rust {
            fn from(value: #name) -> Self {
                value.0
            }
        }

        #int
    })
}
