//! `open_enum` and `flags`: integers with named values, from a list of names.

use crate::nl::c_name;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Expr, Fields, Ident, ItemEnum, Result};

/// The integer on the wire: `u8` … `i64`, or `be16`, `be32`, `be64` for network byte order.
pub(crate) struct Repr {
    pub(crate) rust: Ident,
    pub(crate) big: bool,
}

impl Repr {
    /// Width of the integer.
    pub(crate) fn bits(&self) -> u64 {
        let text = self.rust.to_string();
        text.trim_start_matches(char::is_alphabetic)
            .parse()
            .unwrap_or(64)
    }
}

impl Parse for Repr {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        const WANTED: &str =
            "say the integer on the wire: `u8` to `u64`, `i8` to `i64`, or `be16`, `be32`, `be64`";
        if input.is_empty() {
            return Err(input.error(WANTED));
        }
        let word: Ident = input.parse()?;
        let text = word.to_string();
        if let Some(bits) = text
            .strip_prefix("be")
            .filter(|bits| ["16", "32", "64"].contains(bits))
        {
            return Ok(Repr {
                rust: format_ident!("u{bits}", span = word.span()),
                big: true,
            });
        }
        if ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"].contains(&text.as_str()) {
            return Ok(Repr {
                rust: word,
                big: false,
            });
        }
        Err(Error::new(word.span(), WANTED))
    }
}

struct Entry<'a> {
    attrs: &'a [Attribute],
    name: &'a Ident,
    value: &'a Expr,
}

fn entries(item: &ItemEnum) -> Result<Vec<Entry<'_>>> {
    crate::field::plain(&item.generics)?;
    item.variants
        .iter()
        .map(|variant| match (&variant.fields, &variant.discriminant) {
            (Fields::Unit, Some((_, value))) => Ok(Entry {
                attrs: &variant.attrs,
                name: &variant.ident,
                value,
            }),
            (Fields::Unit, None) => {
                let message = format!("a named value is written out: `{} = …`", variant.ident);
                Err(Error::new_spanned(variant, message))
            }
            (fields, _) => Err(Error::new_spanned(
                fields,
                "a named value is one number and has no fields",
            )),
        })
        .collect()
}

/// The name table of a type.
fn table(entries: &[Entry<'_>], owner: &Ident, number: &TokenStream) -> TokenStream {
    let rows = entries.iter().map(|entry| {
        let name = entry.name.to_string();
        let c_name = c_name(entry.attrs, &name);
        let constant = entry.name;
        quote!((#name, #c_name, #owner::#constant #number as u64))
    });
    quote!(&[#(#rows),*])
}

/// `Int` and, through it, `Value` and `Layout`.
pub(crate) fn int_impl(
    name: &Ident,
    repr: &TokenStream,
    big: bool,
    names: &TokenStream,
    from_bits: &TokenStream,
    to_bits: &TokenStream,
) -> TokenStream {
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::netlink::wire::Int for #name {
            const SIZE: usize = <#repr as ::netlink::wire::Int>::SIZE;
            const ALIGN: usize = <#repr as ::netlink::wire::Int>::ALIGN;
            const SIGNED: bool = <#repr as ::netlink::wire::Int>::SIGNED;
            const BIG: bool = #big;
            const NAMES: ::netlink::wire::private::Names = #names;

            #[inline]
            fn from_bits(bits: u64) -> Self {
                #from_bits
            }

            #[inline]
            fn to_bits(self) -> u64 {
                #to_bits
            }
        }

        ::netlink::__int_value!(#name);
    }
}

pub(crate) fn open_enum(repr: &Repr, item: &ItemEnum) -> Result<TokenStream> {
    let entries = entries(item)?;
    let (attrs, vis, name, rust) = (&item.attrs, &item.vis, &item.ident, &repr.rust);
    let text = name.to_string();
    let table = table(&entries, name, &quote!(.0));
    let constants = entries.iter().map(|entry| {
        let (attrs, constant, value) = (entry.attrs, entry.name, entry.value);
        quote!(#(#attrs)* pub const #constant: Self = #name(#value);)
    });
    let int = int_impl(
        name,
        &quote!(#rust),
        repr.big,
        &quote!(::netlink::wire::private::Names {
            style: ::netlink::wire::private::NameStyle::Enum,
            values: #name::VALUES,
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
            const VALUES: &'static [(&'static str, &'static str, u64)] = #table;
            #(#constants)*
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::netlink::wire::private::debug_name(
                    f, #text, Self::VALUES, ::netlink::wire::Int::to_bits(*self), &self.0,
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

pub(crate) fn flags(repr: &Repr, item: &ItemEnum) -> Result<TokenStream> {
    let entries = entries(item)?;
    let (attrs, vis, name, rust) = (&item.attrs, &item.vis, &item.ident, &repr.rust);
    let table = table(&entries, name, &quote!(.bits()));
    let constants = entries.iter().map(|entry| {
        let (attrs, constant, value) = (entry.attrs, entry.name, entry.value);
        quote!(#(#attrs)* const #constant = #value;)
    });
    let int = int_impl(
        name,
        &quote!(#rust),
        repr.big,
        &quote!(::netlink::wire::private::Names {
            style: ::netlink::wire::private::NameStyle::Flags,
            values: #table,
        }),
        &quote!(Self::from_bits_retain(<#rust as ::netlink::wire::Int>::from_bits(bits))),
        &quote!(::netlink::wire::Int::to_bits(self.bits())),
    );
    Ok(quote! {
        ::netlink::wire::private::bitflags::bitflags! {
            #(#attrs)*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #vis struct #name: #rust {
                #(#constants)*
                // Bits that the kernel adds later are kept.
                const _ = !0;
            }
        }

        impl ::core::convert::From<#rust> for #name {
            fn from(bits: #rust) -> Self {
                Self::from_bits_retain(bits)
            }
        }

        impl ::core::convert::From<#name> for #rust {
            fn from(flags: #name) -> Self {
                flags.bits()
            }
        }

        #int
    })
}
