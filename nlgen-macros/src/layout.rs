//! `derive(Layout)`: fixed structs, structs that grew, structs with a tail.

use crate::field::{ident, inner, is_named, named_fields, setter};
use crate::header::{self, Header, MEMBER_KEYS, member_schema};
use crate::nl::{Nl, c_name};
use crate::select::By;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Ident, Result, Type};

/// What follows the fixed members.
struct Tail<'a> {
    name: &'a Ident,
    ty: &'a Type,
    c_name: String,
    codec: TokenStream,
    /// The element type of a counted tail; `None` for what fills the rest.
    item: Option<&'a Type>,
    /// The union that fills the rest, and the member that selects its case.
    union: Option<(&'a Type, &'a By)>,
    by_c: Option<&'a syn::LitStr>,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let on_struct = Nl::read(&input.attrs)?;
    on_struct.only("a fixed struct", &["grows", "pad_end", "packed", "zeroed"])?;
    let fields = named_fields(input)?;
    let nls = fields
        .iter()
        .map(|field| Nl::read(&field.attrs))
        .collect::<Result<Vec<_>>>()?;

    let mut header = Header::new(on_struct.pad_end.as_ref());
    header.packed = on_struct.packed;
    let mut tails: Vec<Tail<'_>> = Vec::new();
    let mut growth = None;
    let mut setters = Vec::new();
    for (field, nl) in fields.iter().zip(&nls) {
        let name = ident(field)?;
        if is_named(&field.ty, "Growth") {
            nl.only("the growth field", &[])?;
            if growth.replace(name).is_some() {
                return Err(Error::new_spanned(
                    field,
                    "a second field of type `Growth`; a struct has one length",
                ));
            }
            continue;
        }
        setters.push(setter(&input.ident, field)?);
        if nl.tail || nl.rest {
            nl.only(
                "a tail",
                &["tail", "rest", "as", "pad", "length", "count", "by", "by_c"],
            )?;
            if nl.tail && nl.rest {
                let message =
                    "either `tail`, counted by a member, or `rest`, up to the end of the payload";
                return Err(Error::new(nl.key_span("rest"), message));
            }
            header.hidden(nl);
            if tails.last().is_some_and(|last| last.item.is_none()) {
                return Err(Error::new_spanned(
                    field,
                    "nothing can follow a `rest` field: it takes all bytes to the end",
                ));
            }
            let item = if nl.tail {
                let Some(item) = inner(&field.ty, "Vec") else {
                    return Err(Error::new_spanned(
                        &field.ty,
                        "a counted tail is a list: make this a `Vec<…>`",
                    ));
                };
                Some(item)
            } else {
                None
            };
            let union = match &nl.by {
                Some(by) if nl.rest => match inner(&field.ty, "Option") {
                    Some(ty) => Some((ty, by)),
                    None => {
                        return Err(Error::new_spanned(
                            &field.ty,
                            "a union may be absent: make this an `Option<…>`",
                        ));
                    }
                },
                Some(by) => {
                    return Err(Error::new(
                        by.base.span(),
                        "only a `rest` field can be a union",
                    ));
                }
                None => None,
            };
            tails.push(Tail {
                name,
                union,
                by_c: nl.by_c.as_ref(),
                ty: &field.ty,
                c_name: c_name(&field.attrs, &name.to_string()),
                codec: nl
                    .as_
                    .as_ref()
                    .map_or(quote!(::netlink::wire::Native), |codec| quote!(#codec)),
                item,
            });
            continue;
        }
        if !tails.is_empty() {
            let message =
                "a fixed member cannot follow a tail: move it up, or mark it `tail` or `rest`";
            return Err(Error::new_spanned(field, message));
        }
        nl.only("a member of a fixed struct", MEMBER_KEYS)?;
        header.field(field, nl)?;
    }
    header.check()?;
    check_counts(&header, &tails)?;
    for (_, by) in tails.iter().filter_map(|tail| tail.union) {
        header.check_selector(by)?;
    }
    match (&on_struct.grows, growth) {
        (Some(_), None) => {
            let message = "a struct that grows remembers its length: add `pub growth: Growth`";
            return Err(Error::new(on_struct.key_span("grows"), message));
        }
        (None, Some(growth)) => {
            let message = "a struct with a `Growth` says its smallest size: `#[nl(grows = N)]`";
            return Err(Error::new(growth.span(), message));
        }
        _ => {}
    }
    if let (Some(growth), false) = (growth, tails.is_empty()) {
        return Err(Error::new_spanned(
            growth,
            "a struct with a tail cannot grow",
        ));
    }
    Ok(emit(
        input,
        &header,
        &tails,
        growth,
        on_struct.grows.as_ref(),
        on_struct.zeroed,
        &setters,
    ))
}

fn check_counts(header: &Header<'_>, tails: &[Tail<'_>]) -> Result<()> {
    let mut seen: Vec<&Ident> = Vec::new();
    for of in header.counted() {
        if seen.contains(&of) {
            return Err(Error::new(of.span(), format!("`{of}` is counted twice")));
        }
        seen.push(of);
        if !tails
            .iter()
            .any(|tail| tail.name == of && tail.item.is_some())
        {
            return Err(Error::new(
                of.span(),
                format!("no `tail` field named `{of}`"),
            ));
        }
    }
    for tail in tails.iter().filter(|tail| tail.item.is_some()) {
        if header.read_count(tail.name).is_none() {
            return Err(Error::new(
                tail.name.span(),
                "no member counts this tail: write `count(…)` on the field that follows its count",
            ));
        }
    }
    Ok(())
}

fn emit(
    input: &DeriveInput,
    header: &Header<'_>,
    tails: &[Tail<'_>],
    growth: Option<&Ident>,
    grows: Option<&syn::Expr>,
    zeroed: bool,
    setters: &[TokenStream],
) -> TokenStream {
    let name = &input.ident;
    let text = name.to_string();
    let constants = header.constants();
    let each = tails.iter().filter_map(|tail| {
        let (item, codec, count) = (tail.item?, &tail.codec, header.read_count(tail.name)?);
        let each = header::each(tail.name);
        (count.unit != "items").then(
            || quote!(const #each: usize = <#codec as ::netlink::wire::FixedCodec<#item>>::SIZE;),
        )
    });
    let members = || {
        header.members().map(|member| {
            let (field, read) = (
                member.name,
                header.read(member.name, &quote!(Self), &quote!(fixed)),
            );
            quote!(#field: #read,)
        })
    };
    let fixed = match tails.first() {
        None => quote!(Self::__SIZE),
        Some(Tail {
            item: Some(item),
            codec,
            ..
        }) => quote!(
            ::netlink::wire::align_up(Self::__END, <#codec as ::netlink::wire::FixedCodec<#item>>::ALIGN)
        ),
        Some(_) => quote!(Self::__END),
    };
    let (tail_reads, tail_writes, tail_fields) = tail_code(header, tails);
    let growth_field =
        growth.map(|field| quote!(#field: ::netlink::wire::Growth::of(bytes, Self::__SIZE),));
    let growth_get = growth.map(|field| {
        quote! {
            #[inline]
            fn growth(&self) -> ::core::option::Option<&::netlink::wire::Growth> {
                ::core::option::Option::Some(&self.#field)
            }
        }
    });
    let write_tail = (!tails.is_empty()).then(|| {
        quote! {
            fn write_tail(
                &self,
                out: &mut ::netlink::wire::Encoder<'_>,
            ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                #tail_writes
                ::core::result::Result::Ok(())
            }
        }
    });
    let least = grows.map_or_else(|| fixed.clone(), |least| quote!(#least));
    let (is_growing, has_tail) = (growth.is_some(), !tails.is_empty());
    let finish = match tails.last() {
        Some(tail) if tail.item.is_some() => quote! {
            if at < bytes.len() {
                return ::core::result::Result::Err(::netlink::wire::DecodeError::unrepresentable());
            }
        },
        _ => quote!(let _ = at;),
    };
    let write = header.write();
    // A few loads and stores; a call for them would cost more.
    let small =
        (!has_tail && growth.is_none() && header.members().count() <= 8).then(|| quote!(#[inline]));
    let all = members();
    let default = zeroed.then(|| {
        let (members, tails) = (members(), tails.iter().map(|tail| tail.name).chain(growth));
        quote! {
            /// All members zero.
            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    let fixed: &[u8] = &[];
                    Self { #(#members)* #(#tails: ::core::default::Default::default(),)* }
                }
            }
        }
    });
    let schema = schema(name, header, tails, is_growing);
    let layout = if has_tail {
        quote!()
    } else {
        layout_impl(name)
    };
    let record = header.record(name, 1);
    quote! {
        #[automatically_derived]
        impl #name {
            #constants
            #(#each)*
            #(#setters)*
        }

        #[automatically_derived]
        impl ::netlink::wire::private::Struct for #name {
            const FIXED: usize = #fixed;
            const LEAST: usize = #least;
            const GROWS: bool = #is_growing;
            const TAIL: bool = #has_tail;

            #small
            fn read_all(
                bytes: &[u8],
                cx: ::netlink::wire::Cx<'_>,
            ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                let at = <Self as ::netlink::wire::private::Struct>::FIXED;
                // With the length known, members are read without asking for each of them.
                let padded: [u8; { <Self as ::netlink::wire::private::Struct>::FIXED }];
                let fixed: &[u8] = match bytes.first_chunk::<{ <Self as ::netlink::wire::private::Struct>::FIXED }>() {
                    ::core::option::Option::Some(all) => all,
                    ::core::option::Option::None => {
                        padded = ::netlink::wire::private::padded(bytes);
                        &padded
                    }
                };
                #tail_reads
                #finish
                let _ = (cx, fixed);
                ::core::result::Result::Ok(Self { #(#all)* #tail_fields #growth_field })
            }

            fn put_fixed(&self, out: &mut ::netlink::wire::Encoder<'_>) {
                let mut fixed = [0; <Self as ::netlink::wire::private::Struct>::FIXED];
                <Self as ::netlink::wire::private::Struct>::write_fixed(
                    self, &mut fixed, ::netlink::wire::private::failure(out),
                );
                out.put(&fixed);
            }

            #small
            fn write_fixed(
                &self,
                out: &mut [u8],
                failed: &mut ::core::option::Option<::netlink::wire::EncodeError>,
            ) {
                let _ = (&out, &failed);
                #write
            }

            #write_tail
            #growth_get
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::netlink::wire::Value for #name {
            type View<'a> = Self;
            const NESTED: bool = false;
            const SHAPE: ::netlink::wire::Shape = ::netlink::wire::Shape::Struct(Self::schema);

            #[inline]
            fn decode(
                bytes: &[u8],
                cx: ::netlink::wire::Cx<'_>,
            ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                ::netlink::wire::private::decode_struct(bytes, cx)
            }

            #[inline]
            fn view<'a>(
                bytes: &'a [u8],
                cx: ::netlink::wire::Cx<'a>,
            ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                ::netlink::wire::private::decode_struct(bytes, cx)
            }

            #[inline]
            fn encode(
                &self,
                out: &mut ::netlink::wire::Encoder<'_>,
            ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                ::netlink::wire::private::encode_struct(self, out)
            }
        }

        #layout
        #record
        #default

        #[automatically_derived]
        impl #name {
            /// The form of this type, for schema users.
            pub fn schema() -> &'static ::netlink::wire::schema::StructSchema {
                use ::netlink::wire::schema::{CountUnit, Member, Part, StructSchema};
                // Not every struct counts something.
                const _: ::core::option::Option<CountUnit> = ::core::option::Option::None;
                static SCHEMA: StructSchema = StructSchema { name: #text, #schema };
                &SCHEMA
            }
        }
    }
}

/// Reading, writing and naming what follows the fixed members.
fn tail_code(header: &Header<'_>, tails: &[Tail<'_>]) -> (TokenStream, TokenStream, TokenStream) {
    let mut reads = TokenStream::new();
    let mut writes = TokenStream::new();
    let mut fields = TokenStream::new();
    for tail in tails {
        let (name, ty, codec, c_name) = (tail.name, tail.ty, &tail.codec, &tail.c_name);
        fields.extend(quote!(#name,));
        if let Some((union, by)) = tail.union {
            let (key, steps) = (
                header.read(&by.base, &quote!(Self), &quote!(bytes)),
                by.steps(),
            );
            reads.extend(quote! {
                let #name = match ::netlink::wire::private::from(bytes, at) {
                    [] => ::core::option::Option::None,
                    rest => ::netlink::wire::private::rest_of::<#union>(
                        ::netlink::wire::Int::to_bits(#key #steps), rest, cx,
                    ).map_err(|error| error.within(#c_name, at))?,
                };
            });
            writes.extend(quote! {
                if let ::core::option::Option::Some(kind) = &self.#name {
                    <#union as ::netlink::wire::Kind>::encode_data(kind, out).map_err(|error| error.within(#c_name))?;
                }
            });
            continue;
        }
        let counted = tail
            .item
            .and_then(|item| Some((item, header.read_count(name)?)));
        let Some((item, count)) = counted else {
            reads.extend(quote! {
                let #name = <#codec as ::netlink::wire::Codec<#ty>>::decode(
                    ::netlink::wire::private::from(bytes, at), cx,
                ).map_err(|error| error.within(#c_name, at))?;
            });
            writes.extend(quote! {
                <#codec as ::netlink::wire::Codec<#ty>>::encode(&self.#name, out)
                    .map_err(|error| error.within(#c_name))?;
            });
            continue;
        };
        let (number, bias) = (&count.number, &count.bias);
        let bits = count.unit == "bits";
        let fixed_codec = quote!(<#codec as ::netlink::wire::FixedCodec<#item>>);
        // What one of the counted units takes.
        let unit = if count.unit == "bytes" {
            quote!(1)
        } else {
            quote!(#fixed_codec::SIZE)
        };
        let packed = quote!(<::netlink::wire::Packed<#codec> as ::netlink::wire::Codec<#ty>>);
        reads.extend(quote! {
            let len = ::netlink::wire::private::tail_len(#number, #bits, #bias, #unit)
                .map_err(|error| error.within(#c_name, at))?;
            let slice = ::netlink::wire::private::tail_bytes(bytes, at, len)
                .map_err(|error| error.within(#c_name, at))?;
            let #name = #packed::decode(slice, cx).map_err(|error| error.within(#c_name, at))?;
            let at = at + len;
        });
        writes.extend(quote! {
            #packed::encode(&self.#name, out).map_err(|error| error.within(#c_name))?;
        });
    }
    (reads, writes, fields)
}

fn layout_impl(name: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl ::netlink::wire::Layout for #name {
            const SIZE: usize = Self::__SIZE;
            const ALIGN: usize = Self::__ALIGN;
            const SHAPE: ::netlink::wire::Shape = ::netlink::wire::Shape::Struct(Self::schema);

            #[inline]
            fn read(bytes: &[u8]) -> Self {
                ::netlink::wire::private::read_fixed(
                    ::netlink::wire::private::up_to(bytes, Self::__SIZE)
                )
            }

            #[inline]
            fn write(
                &self,
                out: &mut [u8],
            ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                ::netlink::wire::private::write_struct(self, out)
            }
        }
    }
}

fn schema(name: &Ident, header: &Header<'_>, tails: &[Tail<'_>], grows: bool) -> TokenStream {
    let mut members = header.schema(name);
    for tail in tails {
        let (ty, codec) = (tail.ty, &tail.codec);
        let offset = quote!(<#name as ::netlink::wire::private::Struct>::FIXED);
        let (shape, part) = match tail.item {
            Some(item) => (
                quote!(<#codec as ::netlink::wire::FixedCodec<#item>>::SHAPE),
                quote!(Part::Tail),
            ),
            None => match tail.union {
                Some((union, by)) => {
                    let by = header.path_to(by, tail.by_c);
                    (
                        quote!(::netlink::wire::Shape::Union(<#union as ::netlink::wire::Kind>::schema)),
                        quote!(Part::UnionRest(&[#(#by),*])),
                    )
                }
                None => (
                    quote!(<#codec as ::netlink::wire::Codec<#ty>>::SHAPE),
                    quote!(Part::Rest),
                ),
            },
        };
        // Tails are found by their Rust name, which the count gives too.
        let label = if tail.item.is_some() {
            tail.name.to_string()
        } else {
            tail.c_name.clone()
        };
        let none = quote!(::core::option::Option::None);
        members.push(member_schema(&label, &offset, &shape, &none, &part));
    }
    quote! {
        members: &[#(#members),*],
        size: <#name as ::netlink::wire::private::Struct>::FIXED,
        grows: #grows,
    }
}
