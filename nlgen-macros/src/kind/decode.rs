//! How a payload becomes a union, or the view of one.

use super::{Case, Payload, Union};
use crate::view;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

impl Union<'_> {
    /// A pattern for the selector of a case.
    fn pattern(&self, case: &Case<'_>) -> TokenStream {
        match case.literal(self.text) {
            Some(key) if self.text => quote!(::netlink::wire::Key::Text(#key)),
            Some(_) => {
                let numbers = case.numbers();
                quote!(::netlink::wire::Key::Int(#numbers))
            }
            None => quote!(_),
        }
    }

    /// What `decode_to` does, or the value of `view`.
    pub(super) fn decode_arms(&self, view: bool) -> TokenStream {
        let owner = if view {
            let name = view::name(self.name);
            quote!(#name)
        } else {
            quote!(Self)
        };
        let method = if view { quote!(view) } else { quote!(decode) };
        let some = quote!(::core::option::Option::Some);
        let ok = |made: TokenStream| match view {
            true => quote!(::core::result::Result::Ok(#made)),
            false => quote!(::netlink::wire::private::place(place, #made)),
        };
        // Each arm puts its case where it stays: a value common to all of them would be put together from pieces behind them.
        let arms = self.cases.iter().map(|case| {
            let (variant, codec, pattern) = (case.name, &case.codec, self.pattern(case));
            match case.payload {
                Payload::None => {
                    let made = ok(quote!(#owner::#variant));
                    quote!((#pattern, ::core::option::Option::None) => #made,)
                }
                Payload::Maybe(ty) => {
                    let made = ok(quote!(#owner::#variant(match data {
                        #some(data) => #some(<#codec as ::netlink::wire::Codec<#ty>>::#method(data, cx)?),
                        ::core::option::Option::None => ::core::option::Option::None,
                    })));
                    quote!((#pattern, data) => #made,)
                }
                Payload::Always(ty) => {
                    let made = ok(quote!(#owner::#variant(
                        <#codec as ::netlink::wire::Codec<#ty>>::#method(data, cx)?
                    )));
                    quote!((#pattern, #some(data)) => #made,)
                }
            }
        });
        let unfit = quote! {
            return ::core::result::Result::Err(::netlink::wire::DecodeError::unrepresentable())
        };
        let other = self.other.name;
        let last = if self.other.with_key {
            let (wanted, kind) = match (self.text, view) {
                (true, false) => (quote!(Text), quote!(::netlink::wire::NlString::from(key))),
                (true, true) => (quote!(Text), quote!(::netlink::wire::NlStr::from(key))),
                (false, _) => (
                    quote!(Int),
                    quote!(match ::core::convert::TryFrom::try_from(key) {
                        ::core::result::Result::Ok(kind) => kind,
                        ::core::result::Result::Err(_) => #unfit,
                    }),
                ),
            };
            let data = if view {
                quote!(data)
            } else {
                quote!(data.map(::core::convert::Into::into))
            };
            let made = ok(quote!(#owner::#other { kind: #kind, data: #data }));
            quote! {
                (::netlink::wire::Key::#wanted(key), data) => #made,
                _ => #unfit,
            }
        } else {
            let data = if view {
                quote!(data)
            } else {
                quote!(data.into())
            };
            let made = ok(quote!(#owner::#other(#data)));
            quote! {
                (_, #some(data)) => #made,
                _ => #unfit,
            }
        };
        // A default case that takes every selector leaves nothing for what follows.
        let unreachable = self.cases.iter().any(|case| case.key.is_none()).then(|| {
            quote!(#[expect(unreachable_patterns, reason = "the default case takes every selector")])
        });
        quote! {
            let _ = cx;
            #unreachable
            match (key, data) { #(#arms)* #last }
        }
    }

    /// What decodes the attribute at hand, for unions by number. Each case is the end of the function, so that all that has to be
    /// kept over a call is kept by the cases that call.
    pub(super) fn take_number(&self) -> Option<TokenStream> {
        let arms = self.cases.iter().filter_map(|case| {
            let (variant, codec, ty) = (case.name, &case.codec, case.ty()?);
            let pattern = match &case.key {
                Some(_) => case.numbers()?,
                None => quote!(_),
            };
            let made = match case.payload {
                Payload::Maybe(_) => quote!(|data| Self::#variant(::core::option::Option::Some(data))),
                _ => quote!(Self::#variant),
            };
            Some(quote! {
                #pattern => <#codec as ::netlink::wire::Codec<#ty>>::take_case(slot, walk, payload, name, #made),
            })
        });
        let unreachable = self.cases.iter().any(|case| case.key.is_none()).then(|| {
            quote!(#[expect(unreachable_patterns, reason = "the default case takes every selector")])
        });
        (!self.text).then(|| {
            quote! {
                fn take_number(
                    slot: &mut ::core::option::Option<Self>,
                    walk: &mut ::netlink::wire::private::Walk<'_>,
                    payload: &[u8],
                    key: u64,
                    name: &'static &'static str,
                ) {
                    #unreachable
                    match key {
                        #(#arms)*
                        _ => walk.take_keyed(slot, payload, ::core::option::Option::Some(::netlink::wire::Key::Int(key)), name),
                    }
                }
            }
        })
    }

    /// The enum that views hand out.
    pub(super) fn view_type(&self, view: &Ident) -> TokenStream {
        let (owner, vis) = (self.name, self.vis);
        let doc = format!("A [`{owner}`] as it stands in received bytes.");
        let variants = self.cases.iter().map(|case| {
            let (variant, codec) = (case.name, &case.codec);
            let doc = format!("See [`{owner}::{variant}`].");
            let data = match case.payload {
                Payload::None => quote!(),
                Payload::Maybe(ty) => quote!((::core::option::Option<<#codec as ::netlink::wire::Codec<#ty>>::View<'a>>)),
                Payload::Always(ty) => quote!((<#codec as ::netlink::wire::Codec<#ty>>::View<'a>)),
            };
            quote!(#[doc = #doc] #variant #data,)
        });
        let other = self.other.name;
        let doc_other = format!("See [`{owner}::{other}`].");
        let fields = match (self.other.with_key, self.text) {
            (true, text) => {
                let kind = if text {
                    quote!(::netlink::wire::NlStr<'a>)
                } else {
                    quote!(u32)
                };
                quote!({
                    /// The selector.
                    kind: #kind,
                    /// The payload.
                    data: ::core::option::Option<&'a [u8]>,
                })
            }
            (false, _) => quote!((&'a [u8])),
        };
        quote! {
            #[doc = #doc]
            #[derive(Debug)]
            #[non_exhaustive]
            #vis enum #view<'a> {
                #(#variants)*
                #[doc = #doc_other]
                #other #fields,
            }
        }
    }
}
