//! `derive(Time)`: a newtype over the integer in which the kernel counts time.

use crate::nl::Nl;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let on = Nl::read(&input.attrs)?;
    on.only("a time", &["per_second", "forever"])?;
    crate::field::plain(&input.generics)?;
    let name = &input.ident;
    let field = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first(),
            _ => None,
        },
        _ => None,
    };
    let Some(field) = field else {
        return Err(Error::new_spanned(
            name,
            "expected a newtype such as `struct Millis(pub u32)`",
        ));
    };
    let Some(per_second) = &on.per_second else {
        return Err(Error::new_spanned(
            name,
            "a time says its unit: `#[nl(per_second = N)]`",
        ));
    };
    if per_second.base10_parse::<u64>()? == 0 {
        return Err(Error::new_spanned(
            per_second,
            "a unit is a second or a part of one: at least 1",
        ));
    }
    let repr = &field.ty;
    let (constant, forever) = match &on.forever {
        Some(forever) => (
            quote! {
                /// The value that means "no limit".
                pub const FOREVER: Self = #name(#forever);
            },
            quote!(::core::option::Option::Some(Self::FOREVER)),
        ),
        None => (quote!(), quote!(::core::option::Option::None)),
    };
    let int = crate::names::int_impl(
        name,
        &quote!(#repr),
        false,
        &quote!(::netlink::wire::private::Names {
            style: ::netlink::wire::private::NameStyle::Time(#per_second),
            values: &[],
        }),
        &quote!(#name(<#repr as ::netlink::wire::Int>::from_bits(bits))),
        &quote!(::netlink::wire::Int::to_bits(self.0)),
    );
    Ok(quote! {
        #[automatically_derived]
        impl #name {
            #constant

            /// The duration; `None` for "no limit".
            pub fn to_duration(self) -> ::core::option::Option<::core::time::Duration> {
                <Self as ::netlink::wire::Time>::to_duration(self)
            }

            /// The time nearest below `duration`.
            ///
            /// # Errors
            /// Where it does not fit the kernel's integer, or would mean "no limit".
            pub fn from_duration(
                duration: ::core::time::Duration,
            ) -> ::core::result::Result<Self, ::netlink::wire::TimeOverflow> {
                <Self as ::netlink::wire::Time>::from_duration(duration)
            }
        }

        #int

        #[automatically_derived]
        impl ::netlink::wire::Time for #name {
            const PER_SECOND: u64 = #per_second;
            const FOREVER: ::core::option::Option<Self> = #forever;
        }
    })
}
