//! The borrowed view of an attribute set: getters over the received bytes.

use crate::attrs::{Attr, Form, Set};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

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
        let read = set
            .header
            .read(name, &quote!(#owner), &quote!(self.0.bytes));
        quote! {
            #[doc = #doc]
            #[inline]
            pub fn #name(&self) -> #ty {
                #read
            }
        }
    });
    let getters = set.attrs.iter().map(|attr| getter(set, attr));
    let provide = set.on.provide.as_ref().map(|by| {
        let key = set.view_selector(by, None);
        quote!(let view = view.providing(#key);)
    });
    quote! {
        #[doc = #text]
        #[derive(Clone, Copy, Debug)]
        #vis struct #view<'a>(::netlink::wire::private::RawView<'a>);

        #[automatically_derived]
        impl<'a> #view<'a> {
            #[inline]
            fn new(
                bytes: &'a [u8],
                cx: ::netlink::wire::Cx<'a>,
            ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                let view = ::netlink::wire::private::RawView::new(bytes, #owner::__SIZE, #least, cx)?;
                #provide
                ::core::result::Result::Ok(#view(view))
            }

            /// The owned value.
            ///
            /// # Errors
            /// Says what is malformed, and where.
            #[inline]
            pub fn to_owned(
                &self,
            ) -> ::core::result::Result<#owner, ::netlink::wire::DecodeError> {
                <#owner as ::netlink::wire::Value>::decode(self.0.bytes, self.0.own_cx())
            }

            /// The attributes one by one, for whoever wants many in one pass.
            #[inline]
            pub fn attributes(&self) -> ::netlink::wire::RawAttrs<'a> {
                self.0.walk()
            }

            #(#header)*
            #(#getters)*
        }
    }
}

fn getter(set: &Set<'_>, attr: &Attr<'_>) -> TokenStream {
    let (owner, name, id, codec, c_name) =
        (set.name, attr.name, attr.id, &attr.codec, &attr.c_name);
    let doc = format!("See [`{owner}`](struct@{owner})'s `{name}`; an error if it is malformed.");
    let (ty, body) = match &attr.form {
        Form::Plain(ty) => {
            // Where the type has no such form, the error points at the type. What is said plainly compiles faster.
            let view = if attr.nl.as_.is_some() {
                quote_spanned!(ty.span()=> <#codec as ::netlink::wire::Codec<#ty>>::View<'a>)
            } else if crate::field::is_primitive(ty) {
                quote!(#ty)
            } else {
                quote_spanned!(ty.span()=> <#ty as ::netlink::wire::Value>::View<'a>)
            };
            (
                quote!(::core::option::Option<#view>),
                quote!(self.0.get::<#ty, #codec>(#id, #c_name)),
            )
        }
        Form::Flag => (quote!(bool), quote!(self.0.flag(#id))),
        Form::Repeat(ty) => (
            quote!(::netlink::wire::private::ListView<'a, #ty, #codec>),
            quote!(::core::result::Result::Ok(self.0.list::<#ty, #codec>(#id))),
        ),
        Form::Groups(ty) => (
            quote!(::netlink::wire::private::GroupsView<'a, #ty>),
            quote!(::core::result::Result::Ok(self.0.groups::<#ty>(#id))),
        ),
        Form::Tagged { ty, .. } => {
            let (key, data_name) = (set.view_tag(attr), attr.data_name());
            (
                quote!(::core::option::Option<<#ty as ::netlink::wire::Kind>::View<'a>>),
                quote!({ let view = self.0; view.kind::<#ty>(#key, #id, true, #data_name) }),
            )
        }
        Form::Selected { ty, by } => {
            let key = set.view_selector(by, Some(id));
            let find = match set.known_key(by) {
                Some(_) => quote!(view.selected::<#ty>(#key, #id, #c_name)),
                None => quote!(view.kind::<#ty>(#key, #id, false, #c_name)),
            };
            (
                quote!(::core::option::Option<<#ty as ::netlink::wire::Kind>::View<'a>>),
                quote!({ let view = self.0; #find }),
            )
        }
    };
    // An id that means another thing the other way is absent there.
    let other_way = attr.paired.then(|| {
        let direction = attr.direction();
        let absent = match &attr.form {
            Form::Flag => quote!(false),
            Form::Repeat(_) => quote!(self.0.no_list()),
            _ => quote!(::core::option::Option::None),
        };
        quote! {
            if !self.0.is_going(::netlink::wire::Direction::#direction) {
                return ::core::result::Result::Ok(#absent);
            }
        }
    });
    quote! {
        #[doc = #doc]
        #[inline]
        pub fn #name(&self) -> ::core::result::Result<#ty, ::netlink::wire::DecodeError> {
            #other_way
            #body
        }
    }
}
