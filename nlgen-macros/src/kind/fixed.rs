//! Unions inside fixed structs.

use super::{Case, Payload, Union};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Error, Ident, Result, Type};

impl Union<'_> {
    pub(super) fn emit_fixed(&self) -> Result<TokenStream> {
        let (name, other) = (self.name, self.other.name);
        let Some(raw) = self.other.ty else {
            return Err(Error::new(
                other.span(),
                "a union in a struct keeps what it does not know as `Other([u8; N])`",
            ));
        };
        if self.text {
            return Err(Error::new(
                name.span(),
                "a union in a struct is selected by a number",
            ));
        }
        for case in &self.cases {
            let message = match (&case.key, &case.payload) {
                (None, _) => {
                    "a union in a struct keeps what it does not know as `Other([u8; N])`: leave out `default`"
                }
                (_, Payload::None) => "a case of a union in a struct has bytes: give it one value",
                (_, Payload::Maybe(_)) => {
                    "a case of a union in a struct is always there: leave out `Option`"
                }
                _ => continue,
            };
            return Err(Error::new(case.name.span(), message));
        }
        let layout = quote!(::netlink::wire::Layout);
        let types: Vec<&Type> = self
            .cases
            .iter()
            .filter_map(Case::ty)
            .chain([raw])
            .collect();
        let reads = self.cases.iter().filter_map(|case| {
            let (variant, ty, keys) = (case.name, case.ty()?, case.numbers()?);
            Some(quote! {
                #keys if ::netlink::wire::private::is_zero_from(bytes, <#ty as #layout>::SIZE, <Self as ::netlink::wire::FixedKind>::SIZE) => {
                    Self::#variant(<#ty as #layout>::read(bytes))
                }
            })
        });
        let writes = self.cases.iter().filter_map(|case| {
            let (variant, ty) = (case.name, case.ty()?);
            Some(quote!(Self::#variant(value) => <#ty as #layout>::write(value, out),))
        });
        let text = name.to_string();
        let schema = self.cases.iter().flat_map(|case| {
            let (variant, ty) = (case.name.to_string(), case.ty());
            let keys = case
                .literal(false)
                .into_iter()
                .chain(case.also.iter().map(|key| quote!(#key)));
            keys.map(|key| {
                quote!(Case {
                    name: #variant,
                    key: ::core::option::Option::Some(CaseKey::Int(#key)),
                    or: ::core::option::Option::None,
                    shape: ::core::option::Option::Some(<#ty as #layout>::SHAPE),
                })
            })
            .collect::<Vec<_>>()
        });
        let largest = |what: Ident| {
            types.iter().fold(
                quote!(0),
                |most, ty| quote!(::netlink::wire::private::larger(<#ty as #layout>::#what, #most)),
            )
        };
        let (size, align) = (
            largest(format_ident!("SIZE")),
            largest(format_ident!("ALIGN")),
        );
        let whole = quote_spanned!(syn::spanned::Spanned::span(raw)=> const _: () = ::core::assert!(
            <#raw as #layout>::SIZE == <#name as ::netlink::wire::FixedKind>::SIZE,
            "what a union does not know takes as many bytes as its largest case"
        ););
        Ok(quote! {
            #whole

            #[automatically_derived]
            impl #name {
                /// The form of this type, for schema users.
                pub fn schema() -> &'static ::netlink::wire::schema::UnionSchema {
                    use ::netlink::wire::schema::{Case, CaseKey, UnionSchema};
                    static SCHEMA: UnionSchema =
                        UnionSchema { name: #text, cases: &[#(#schema),*] };
                    &SCHEMA
                }
            }

            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl ::netlink::wire::FixedKind for #name {
                const SIZE: usize = #size;
                const ALIGN: usize = #align;
                const SHAPE: ::netlink::wire::Shape = ::netlink::wire::Shape::FixedUnion {
                    size: <Self as ::netlink::wire::FixedKind>::SIZE,
                    of: Self::schema,
                };

                fn read(key: u64, bytes: &[u8]) -> Self {
                    match key {
                        #(#reads)*
                        _ => Self::#other(<#raw as #layout>::read(bytes)),
                    }
                }

                fn write(&self, out: &mut [u8]) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                    match self {
                        #(#writes)*
                        Self::#other(raw) => <#raw as #layout>::write(raw, out),
                    }
                }
            }
        })
    }
}
