//! `derive(Messages)`: all messages of one protocol.

use crate::nl::{Nl, c_name};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Fields, Ident, Result};

/// `GetLink` as `GET_LINK`.
fn constant_name(variant: &Ident) -> Ident {
    let mut name = String::new();
    for (index, letter) in variant.unraw().to_string().chars().enumerate() {
        if index > 0 && letter.is_uppercase() {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    Ident::new(&name, variant.span())
}

fn check_other(variant: &syn::Variant) -> Result<()> {
    if let Fields::Named(fields) = &variant.fields {
        let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
        if names.map(ToString::to_string).collect::<Vec<_>>() == ["kind", "body"] {
            return Ok(());
        }
    }
    Err(Error::new_spanned(
        &variant.ident,
        "expected `Other { kind: u16, body: Vec<u8> }`",
    ))
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let on = Nl::read(&input.attrs)?;
    on.only("messages", &["protocol", "genl", "version"])?;
    crate::field::plain(&input.generics)?;
    let name = &input.ident;
    let (protocol, genl) = match (&on.protocol, &on.genl) {
        (Some(protocol), None) => (quote!(#protocol), quote!()),
        (None, Some(family)) => {
            let version = match &on.version {
                Some(version) => quote!(#version),
                None => quote!(1),
            };
            (
                quote!(::netlink::wire::private::NETLINK_GENERIC),
                quote!(.genl(#family, #version)),
            )
        }
        _ => {
            return Err(Error::new_spanned(
                name,
                "messages belong to a protocol, `#[nl(protocol = N)]`, or to a generic netlink family, `#[nl(genl = \"…\")]`",
            ));
        }
    };
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            name,
            "expected an enum with a variant for each message",
        ));
    };
    let (mut constants, mut types, mut decodes, mut kinds, mut encodes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut other = None;
    let mut seen: Vec<(u16, bool, bool)> = Vec::new();
    let mut answers: Vec<syn::LitInt> = Vec::new();
    for variant in &data.variants {
        let nl = Nl::read(&variant.attrs)?;
        nl.only(
            "a message",
            &[
                "id",
                "read",
                "write",
                "reply",
                "answer",
                "dump",
                "dump_only",
                "other",
            ],
        )?;
        let ident = &variant.ident;
        if nl.other {
            nl.only("the variant for what the protocol has besides", &["other"])?;
            check_other(variant)?;
            if other.replace(ident).is_some() {
                return Err(Error::new_spanned(
                    ident,
                    "a second `other`; one variant keeps everything",
                ));
            }
            continue;
        }
        let Some(id) = &nl.id else {
            return Err(Error::new_spanned(
                ident,
                "a message has a number: `#[nl(id = N)]`",
            ));
        };
        let number = id.base10_parse::<u16>()?;
        let one_way = nl.read || nl.write;
        let clash = seen.iter().any(|(id, read, write)| {
            *id == number && !nl.dump_only && !(one_way && (*read || *write) && *read != nl.read)
        });
        if clash {
            return Err(Error::new_spanned(
                id,
                format!("message {number} stands twice"),
            ));
        }
        // The request for a dump stands before the message whose number it shares.
        if !nl.dump_only {
            seen.push((number, nl.read, nl.write));
        }
        let (only, guard) = match (nl.read, nl.write) {
            (true, false) => (
                quote!(.only(::netlink::wire::Direction::FromKernel)),
                quote!(if cx.direction() == ::netlink::wire::Direction::FromKernel),
            ),
            (false, true) => (
                quote!(.only(::netlink::wire::Direction::ToKernel)),
                quote!(if cx.direction() == ::netlink::wire::Direction::ToKernel),
            ),
            _ => (quote!(), quote!()),
        };
        let (only, guard) = if nl.dump_only {
            (
                quote!(.only(::netlink::wire::Direction::ToKernel).dump_only()),
                quote!(if cx.is_dump()),
            )
        } else {
            (only, guard)
        };
        let reply = match &nl.reply {
            None => format_ident!("Ack"),
            Some(word) => match word.to_string().as_str() {
                "ack" => format_ident!("Ack"),
                "one" => format_ident!("One"),
                "optional" => format_ident!("Optional"),
                "many" => format_ident!("Many"),
                _ => {
                    return Err(Error::new_spanned(
                        word,
                        "expected `ack`, `one`, `optional` or `many`",
                    ));
                }
            },
        };
        answers.extend(nl.answer.clone());
        let answer = match &nl.answer {
            Some(answer) => quote!(::core::option::Option::Some(#answer)),
            None => quote!(::core::option::Option::None),
        };
        let (constant, c_name, dump) = (
            constant_name(ident),
            c_name(&variant.attrs, &ident.to_string()),
            nl.dump,
        );
        let doc = format!("`{c_name}`; its body is that of [`{name}::{ident}`].");
        constants.push(quote! {
            #[doc = #doc]
            pub const #constant: &'static ::netlink::wire::MessageType = &::netlink::wire::MessageType::new(
                #protocol, #id, #c_name, ::netlink::wire::Reply::#reply, #answer, #dump,
            )#only #genl;
        });
        match &variant.fields {
            Fields::Unit => {
                types.push(quote!((#name::#constant, ::core::option::Option::None)));
                decodes.push(quote!(#id #guard => Self::#ident,));
                kinds.push(quote!(Self::#ident => #id,));
                encodes.push(quote!(Self::#ident => ::core::result::Result::Ok(()),));
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let ty = fields.unnamed.first().map(|field| &field.ty);
                let value = quote!(<#ty as ::netlink::wire::Value>);
                types.push(quote!((#name::#constant, ::core::option::Option::Some(#value::SHAPE))));
                decodes.push(quote!(#id #guard => Self::#ident(#value::decode(body, cx)?),));
                kinds.push(quote!(Self::#ident(_) => #id,));
                encodes.push(quote!(Self::#ident(body) => #value::encode(body, out),));
            }
            fields => {
                return Err(Error::new_spanned(
                    fields,
                    "a message has one body or none: put several values into a struct",
                ));
            }
        }
    }
    if let Some(answer) = answers.iter().find(|answer| {
        !answer
            .base10_parse()
            .is_ok_and(|id| seen.iter().any(|(seen, ..)| *seen == id))
    }) {
        return Err(Error::new_spanned(
            answer,
            format!("no message here has the number {answer}"),
        ));
    }
    let Some(other) = other else {
        return Err(Error::new_spanned(
            name,
            "messages keep what they do not know: add `#[nl(other)] Other { kind: u16, body: Vec<u8> }`",
        ));
    };
    Ok(quote! {
        #[automatically_derived]
        impl #name {
            #(#constants)*
        }

        #[automatically_derived]
        impl ::netlink::wire::Messages for #name {
            const TYPES: &'static [(
                &'static ::netlink::wire::MessageType,
                ::core::option::Option<::netlink::wire::Shape>,
            )] = &[#(#types),*];

            #[inline]
            fn decode(
                kind: u16,
                body: &[u8],
                cx: ::netlink::wire::Cx<'_>,
            ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                let _ = cx;
                ::core::result::Result::Ok(match kind {
                    #(#decodes)*
                    kind => Self::#other { kind, body: body.to_vec() },
                })
            }

            #[inline]
            fn kind(&self) -> u16 {
                match self {
                    #(#kinds)*
                    Self::#other { kind, .. } => *kind,
                }
            }

            #[inline]
            fn encode(
                &self,
                out: &mut ::netlink::wire::Encoder<'_>,
            ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                match self {
                    #(#encodes)*
                    Self::#other { body, .. } => {
                        out.put(body);
                        ::core::result::Result::Ok(())
                    }
                }
            }
        }
    })
}
