//! How attributes of a set are written.

use crate::attrs::{Attr, Form, Set};
use proc_macro2::TokenStream;
use quote::quote;

impl Attr<'_> {
    /// Statements that write it to `out`, if it is there.
    pub(crate) fn encode(&self, set: &Set<'_>) -> TokenStream {
        let (name, id, codec, c_name) = (self.name, self.id, &self.codec, &self.c_name);
        let private = quote!(::netlink::wire::private);
        let mut checks = TokenStream::new();
        if let Some((low, high)) = &self.nl.range {
            checks.extend(quote!(#private::check_range(&self.#name, #low, #high, #c_name, out);));
        }
        if let Some(max) = &self.nl.max {
            checks.extend(quote!(#private::check_max(&self.#name, #max, #c_name, out);));
        }
        if self.nl.required {
            checks.extend(quote!(#private::check_required(self.#name.is_some(), #c_name, out);));
        }
        let order = self.nl.byteorder.then(|| quote!(| #private::NET_BYTEORDER));
        let put = match &self.form {
            Form::Plain(ty) => match self.nl.nested {
                None => {
                    quote!(#private::put::<#ty, #codec>(&self.#name, #id #order, #c_name, out);)
                }
                Some(nested) => {
                    let nested = nested.then(|| quote!(| #private::NESTED));
                    quote!(#private::put_as::<#ty, #codec>(&self.#name, #id #nested #order, #c_name, out);)
                }
            },
            Form::Repeat(ty) => {
                let put = match self.nl.nested {
                    None => {
                        quote!(#private::put_item::<#ty, #codec>(item, #id #order, #c_name, out))
                    }
                    Some(nested) => {
                        let nested = nested.then(|| quote!(| #private::NESTED));
                        quote!(<#codec as ::netlink::wire::Codec<#ty>>::put_attr(
                            item, #id #nested #order, #c_name, out,
                        ))
                    }
                };
                quote! {
                    for item in &self.#name {
                        #put;
                    }
                }
            }
            Form::Groups(ty) => {
                let nested = match self.nl.nested {
                    Some(nested) => quote!(#nested),
                    None => quote!(<#ty as ::netlink::wire::Value>::NESTED),
                };
                quote!(#private::put_groups::<#ty>(&self.#name, #id #order, #nested, #c_name, out);)
            }
            Form::Flag => quote!(#private::put_flag(self.#name, #id #order, out);),
            Form::Tagged { ty, .. } | Form::Selected { ty, .. } => {
                let nested = match self.nl.nested {
                    Some(nested) => quote!(::core::option::Option::Some(#nested)),
                    None => quote!(::core::option::Option::None),
                };
                let (key, data_name) = match &self.form {
                    Form::Tagged { key, .. } => {
                        let codec = self.key_codec();
                        let put = quote!(#private::put_kind_key::<#ty, #codec>(kind, #key, #c_name, out););
                        let key = match &self.nl.or {
                            None => put,
                            Some(or) => {
                                let or = set.field_selector(or);
                                quote!(if !#private::is_implied(kind, #or) { #put })
                            }
                        };
                        (key, self.data_name())
                    }
                    _ => (quote!(), c_name.clone()),
                };
                quote! {
                    if let ::core::option::Option::Some(kind) = &self.#name {
                        #key
                        ::netlink::wire::Kind::put_attr(kind, #id #order, #nested, #data_name, out);
                    }
                }
            }
        };
        let body = quote!(#checks #put);
        if self.paired {
            let direction = self.direction();
            quote!(if out.direction() == ::netlink::wire::Direction::#direction { #body })
        } else {
            body
        }
    }

    /// Whether it is written only by an encoder that writes everything.
    pub(crate) fn is_lossless_only(&self) -> bool {
        self.nl.read && !self.paired
    }
}
