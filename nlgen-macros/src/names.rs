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
            style: ::netlink::wire::private::NameStyle::Flags,
            values: #table,
        }),
        &quote!(#name(<#rust as ::netlink::wire::Int>::from_bits(bits))),
        &quote!(::netlink::wire::Int::to_bits(self.0)),
    );
    let operators = operators(name);
    Ok(quote! {
        #(#attrs)*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #vis struct #name(#rust);

        #[automatically_derived]
        impl #name {
            #(#constants)*

            /// No bit.
            #[inline]
            pub const fn empty() -> Self {
                #name(0)
            }

            /// The flags with these bits; bits without a name are kept.
            #[inline]
            pub const fn from_bits_retain(bits: #rust) -> Self {
                #name(bits)
            }

            /// The bits.
            #[inline]
            pub const fn bits(self) -> #rust {
                self.0
            }

            /// Whether no bit is set.
            #[inline]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether all bits of `other` are set.
            #[inline]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether a bit of `other` is set.
            #[inline]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// The bits of both, as `|`, in constants too.
            #[inline]
            pub const fn union(self, other: Self) -> Self {
                #name(self.0 | other.0)
            }

            /// The bits that both have, as `&`, in constants too.
            #[inline]
            pub const fn intersection(self, other: Self) -> Self {
                #name(self.0 & other.0)
            }

            /// The bits without those of `other`, as `-`, in constants too.
            #[inline]
            pub const fn difference(self, other: Self) -> Self {
                #name(self.0 & !other.0)
            }

            /// Sets the bits of `other`.
            #[inline]
            pub const fn insert(&mut self, other: Self) {
                self.0 |= other.0;
            }

            /// Clears the bits of `other`.
            #[inline]
            pub const fn remove(&mut self, other: Self) {
                self.0 &= !other.0;
            }

            /// Sets or clears the bits of `other`.
            #[inline]
            pub const fn set(&mut self, other: Self, value: bool) {
                if value {
                    self.insert(other);
                } else {
                    self.remove(other);
                }
            }

            /// The flags that are set one by one, with their names; bits without a name are left out.
            #[inline]
            pub fn iter_names(self) -> ::netlink::wire::FlagNames<Self> {
                ::netlink::wire::FlagNames::new(self)
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::netlink::wire::private::debug_flags(
                    f, #text, <Self as ::netlink::wire::Int>::NAMES.values, ::netlink::wire::Int::to_bits(*self),
                )
            }
        }

        #operators

        impl ::core::convert::From<#rust> for #name {
            fn from(bits: #rust) -> Self {
                #name(bits)
            }
        }

        impl ::core::convert::From<#name> for #rust {
            fn from(flags: #name) -> Self {
                flags.0
            }
        }

        #int
    })
}

/// `|`, `&`, `^`, `-`, their assigning forms as far as they are of use, and `!`.
fn operators(name: &Ident) -> TokenStream {
    let both = [
        ("BitOr", "bitor", quote!(self.0 | other.0)),
        ("BitAnd", "bitand", quote!(self.0 & other.0)),
        ("BitXor", "bitxor", quote!(self.0 ^ other.0)),
        ("Sub", "sub", quote!(self.0 & !other.0)),
    ]
    .into_iter()
    .map(|(operator, method, value)| {
        let (operator, method) = (format_ident!("{operator}"), format_ident!("{method}"));
        quote! {
            #[automatically_derived]
            impl ::core::ops::#operator for #name {
                type Output = Self;
                #[inline]
                fn #method(self, other: Self) -> Self {
                    #name(#value)
                }
            }
        }
    });
    let assign = [
        ("BitOrAssign", "bitor_assign", quote!(self.0 |= other.0)),
        ("BitAndAssign", "bitand_assign", quote!(self.0 &= other.0)),
        ("SubAssign", "sub_assign", quote!(self.0 &= !other.0)),
    ]
    .into_iter()
    .map(|(operator, method, change)| {
        let (operator, method) = (format_ident!("{operator}"), format_ident!("{method}"));
        quote! {
            #[automatically_derived]
            impl ::core::ops::#operator for #name {
                #[inline]
                fn #method(&mut self, other: Self) {
                    #change;
                }
            }
        }
    });
    quote! {
        #(#both)*
        #(#assign)*

        #[automatically_derived]
        impl ::core::ops::Not for #name {
            type Output = Self;
            #[inline]
            fn not(self) -> Self {
                #name(!self.0)
            }
        }
    }
}
