//! The borrowed view of an attribute set: getters over the received bytes.

use crate::attrs::{Attr, Form, Set};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

pub(crate) fn name(set: &Ident) -> Ident {
    format_ident!("{set}View")
}

pub(crate) fn expand(set: &Set<'_>, least: &TokenStream) -> TokenStream {
    let (owner, vis) = (set.name, set.vis);
    let view = name(owner);
    let text = format!("A [`{owner}`] as it stands in received bytes; no getter allocates.");
    let header = set.header.members().map(|member| {
        let (name, ty) = (member.name, member.ty);
        let doc = format!("See [`{owner}`](struct@{owner})'s `{name}`.");
        let read = set.header.read(name, &quote!(#owner), &quote!(self.header));
        quote! {
            #[doc = #doc]
            #[inline]
            pub fn #name(&self) -> #ty {
                #read
            }
        }
    });
    let getters = set.attrs.iter().map(|attr| getter(set, attr));
    quote! {
        #[doc = #text]
        #[derive(Clone, Copy, Debug)]
        #vis struct #view<'a> {
            bytes: &'a [u8],
            header: &'a [u8],
            attrs: &'a [u8],
            cx: ::netlink::wire::Cx<'a>,
        }

        #[automatically_derived]
        impl<'a> #view<'a> {
            #[inline]
            fn new(
                bytes: &'a [u8],
                cx: ::netlink::wire::Cx<'a>,
            ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                let cx = cx.deeper()?;
                let (header, attrs) =
                    ::netlink::wire::private::view_header(bytes, #owner::__SIZE, #least)?;
                ::core::result::Result::Ok(#view { bytes, header, attrs, cx })
            }

            /// The owned value.
            ///
            /// # Errors
            /// Says what is malformed, and where.
            pub fn to_owned(
                &self,
            ) -> ::core::result::Result<#owner, ::netlink::wire::DecodeError> {
                <#owner as ::netlink::wire::Value>::decode(self.bytes, self.cx)
            }

            /// The attributes one by one, for whoever wants many in one pass.
            #[inline]
            pub fn attributes(&self) -> ::netlink::wire::RawAttrs<'a> {
                ::netlink::wire::private::walk(self.attrs, #owner::__SIZE)
            }

            #(#header)*
            #(#getters)*
        }
    }
}

fn getter(set: &Set<'_>, attr: &Attr<'_>) -> TokenStream {
    let (owner, name, id, codec, c_name) = (set.name, attr.name, attr.id, &attr.codec, &attr.c_name);
    let private = quote!(::netlink::wire::private);
    let doc = format!("See [`{owner}`](struct@{owner})'s `{name}`; an error if it is malformed.");
    let size = quote!(#owner::__SIZE);
    let scope = set.provide();
    let (ty, body) = match &attr.form {
        Form::Plain(ty) => (
            quote!(::core::option::Option<<#codec as ::netlink::wire::Codec<#ty>>::View<'a>>),
            quote!(#private::view::<#ty, #codec>(attrs, #id, cx, #size, #c_name)),
        ),
        Form::Flag => (quote!(bool), quote!(#private::view_flag(attrs, #id, #size))),
        Form::Repeat(ty) => (
            quote!(#private::ListView<'a, #ty, #codec>),
            quote! {
                ::core::result::Result::Ok(#private::ListView::new(
                    #private::ListOf::repeated(attrs, #size, #id, cx)
                ))
            },
        ),
        Form::Tagged { ty, .. } => {
            let (key, data_name) = (set.view_selector(name), attr.data_name());
            (
                quote!(::core::option::Option<<#ty as ::netlink::wire::Kind>::View<'a>>),
                quote!(#private::view_kind::<#ty>(#key, attrs, #id, true, cx, #size, #data_name)),
            )
        }
        Form::Selected { ty, by } => {
            let key = set.view_selector(by);
            (
                quote!(::core::option::Option<<#ty as ::netlink::wire::Kind>::View<'a>>),
                quote!(#private::view_kind::<#ty>(#key, attrs, #id, false, cx, #size, #c_name)),
            )
        }
    };
    quote! {
        #[doc = #doc]
        pub fn #name(&self) -> ::core::result::Result<#ty, ::netlink::wire::DecodeError> {
            let (header, attrs, outer) = (self.header, self.attrs, self.cx);
            #scope
            let _ = (header, outer, cx);
            #body
        }
    }
}
