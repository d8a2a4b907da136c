//! `derive(Kind)`: unions by selector.

mod decode;
mod fixed;

use crate::field::inner;
use crate::nl::Nl;
use crate::view;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Expr, Fields, Ident, Lit, Result, Type};

/// What a variant holds.
enum Payload<'a> {
    /// Nothing but the selector.
    None,
    /// `Option<T>`: the data may be absent.
    Maybe(&'a Type),
    /// `T`.
    Always(&'a Type),
}

struct Case<'a> {
    name: &'a Ident,
    /// `None` for the default case.
    key: Option<Lit>,
    /// Further keys of the case.
    also: Vec<syn::LitInt>,
    /// The key in what stands in for an absent selector.
    or: Option<Lit>,
    /// One attribute with nothing in front, not even the selector.
    headless: bool,
    payload: Payload<'a>,
    codec: TokenStream,
}

/// The variant that keeps what no case takes.
struct Other<'a> {
    name: &'a Ident,
    /// `Other { kind, data }` rather than `Other(bytes)`.
    with_key: bool,
    ty: Option<&'a Type>,
}

struct Union<'a> {
    name: &'a Ident,
    vis: &'a syn::Visibility,
    text: bool,
    /// The integer at the front of the payload that is the selector.
    lead: Option<Type>,
    cases: Vec<Case<'a>>,
    other: Other<'a>,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let on = Nl::read(&input.attrs)?;
    on.only("a union", &["key", "fixed", "lead"])?;
    crate::field::plain(&input.generics)?;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "expected an enum with a variant for each case",
        ));
    };
    let text = match &on.key {
        Some(Expr::Path(path)) if path.path.is_ident("str") => true,
        Some(Expr::Path(path)) if path.path.is_ident("int") => false,
        Some(key) => {
            return Err(Error::new_spanned(
                key,
                "a union is selected by a string, `str`, or by a number, `int`",
            ));
        }
        None => {
            return Err(Error::new_spanned(
                &input.ident,
                "a union says what selects it: `#[nl(key = str)]` or `#[nl(key = int)]`",
            ));
        }
    };
    let mut cases = Vec::new();
    let mut other = None;
    for variant in &data.variants {
        let nl = Nl::read(&variant.attrs)?;
        let keys: &[&str] = if on.fixed {
            &["case", "also", "default", "other"]
        } else {
            &["case", "also", "or", "headless", "default", "other", "as"]
        };
        nl.only("a case", keys)?;
        if nl.other {
            nl.only("the variant for what the union does not know", &["other"])?;
            if other.replace(self::other(variant)?).is_some() {
                return Err(Error::new_spanned(
                    variant,
                    "a second `other`; one variant keeps everything",
                ));
            }
            continue;
        }
        cases.push(case(variant, &nl, text)?);
    }
    let Some(other) = other else {
        return Err(Error::new_spanned(
            &input.ident,
            "a union keeps what it does not know: add `#[nl(other)] Other { kind: …, data: Option<Box<[u8]>> }`, or `Other(Box<[u8]>)` \
             where the selector stands elsewhere",
        ));
    };
    let union = Union {
        name: &input.ident,
        vis: &input.vis,
        text,
        lead: on.lead.clone(),
        cases,
        other,
    };
    union.check()?;
    if on.fixed {
        union.emit_fixed()
    } else {
        union.emit()
    }
}

fn other(variant: &syn::Variant) -> Result<Other<'_>> {
    let name = &variant.ident;
    match &variant.fields {
        Fields::Named(fields) => {
            let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
            if names.map(ToString::to_string).collect::<Vec<_>>() == ["kind", "data"] {
                return Ok(Other {
                    name,
                    with_key: true,
                    ty: None,
                });
            }
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            return Ok(Other {
                name,
                with_key: false,
                ty: fields.unnamed.first().map(|field| &field.ty),
            });
        }
        _ => {}
    }
    Err(Error::new_spanned(
        &variant.ident,
        "expected `Other { kind, data }` or `Other(bytes)`",
    ))
}

fn case<'a>(variant: &'a syn::Variant, nl: &Nl, text: bool) -> Result<Case<'a>> {
    let key = match (&nl.case, nl.default) {
        (Some(lit), false) => {
            match (text, lit) {
                (true, Lit::Str(_)) | (false, Lit::Int(_)) => {}
                _ => {
                    let (want, key) = if text {
                        ("a string", "str")
                    } else {
                        ("a number", "int")
                    };
                    return Err(Error::new_spanned(
                        lit,
                        format!("this union is selected by {want} (`key = {key}`)"),
                    ));
                }
            }
            Some(lit.clone())
        }
        (None, true) => None,
        _ => {
            return Err(Error::new_spanned(
                &variant.ident,
                "a variant says what selects it: one of `case = …`, `default`, `other`",
            ));
        }
    };
    let payload = match &variant.fields {
        Fields::Unit => Payload::None,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match fields.unnamed.first() {
            Some(field) => match inner(&field.ty, "Option") {
                Some(ty) => Payload::Maybe(ty),
                None => Payload::Always(&field.ty),
            },
            None => Payload::None,
        },
        fields => {
            return Err(Error::new_spanned(
                fields,
                "a case holds one value or none: put several into a struct",
            ));
        }
    };
    if let (Payload::None, Some(codec)) = (&payload, &nl.as_) {
        return Err(Error::new_spanned(codec, "a case without data has no form"));
    }
    let codec = match &nl.as_ {
        Some(codec) => quote!(#codec),
        None => quote!(::netlink::wire::Native),
    };
    Ok(Case {
        name: &variant.ident,
        key,
        also: nl.also.clone(),
        or: nl.or_case.clone(),
        headless: nl.headless,
        payload,
        codec,
    })
}

impl Case<'_> {
    fn ty(&self) -> Option<&Type> {
        match self.payload {
            Payload::None => None,
            Payload::Maybe(ty) | Payload::Always(ty) => Some(ty),
        }
    }

    /// A pattern for all numbers of a case. They stand where the derive does: lints would find fault with their order.
    fn numbers(&self) -> Option<TokenStream> {
        let Some(Lit::Int(key)) = &self.key else {
            return None;
        };
        let keys = std::iter::once(key).chain(&self.also).map(|key| {
            let mut key = key.clone();
            key.set_span(proc_macro2::Span::call_site());
            key
        });
        Some(quote!(#(#keys)|*))
    }

    fn literal(&self, text: bool) -> Option<TokenStream> {
        Some(literal(self.key.as_ref()?, text))
    }
}

fn literal(key: &Lit, text: bool) -> TokenStream {
    match key {
        Lit::Str(string) if text => {
            let bytes = syn::LitByteStr::new(string.value().as_bytes(), string.span());
            quote!(#bytes)
        }
        key => quote!(#key),
    }
}

impl Union<'_> {
    fn check(&self) -> Result<()> {
        let mut seen: Vec<String> = Vec::new();
        for case in &self.cases {
            let (key, span) = match &case.key {
                // However it is written, a number is one number.
                Some(Lit::Int(key)) => (key.base10_parse::<u64>()?.to_string(), key.span()),
                Some(key) => (quote!(#key).to_string(), key.span()),
                None => ("`default`".to_owned(), case.name.span()),
            };
            let more = case
                .also
                .iter()
                .map(|key| Ok((key.base10_parse::<u64>()?.to_string(), key.span())));
            for (key, span) in std::iter::once(Ok((key, span)))
                .chain(more)
                .collect::<Result<Vec<_>>>()?
            {
                if seen.contains(&key) {
                    return Err(Error::new(span, format!("{key} selects two cases")));
                }
                seen.push(key);
            }
            if let (Some(also), true) = (case.also.first(), self.other.with_key) {
                return Err(Error::new(
                    also.span(),
                    "this union is its own selector, so that each key needs a case",
                ));
            }
            let others = self.cases.iter().filter(|other| other.headless).count();
            if case.headless && (self.lead.is_none() || case.key.is_none() || others > 1) {
                return Err(Error::new(
                    case.name.span(),
                    "one case of a union with `lead` may be without it",
                ));
            }
            if let Some(or) = &case.or {
                if matches!(or, Lit::Str(_)) != self.text || case.key.is_none() {
                    return Err(Error::new(
                        or.span(),
                        "what stands in for the selector is of its type, and a case has both",
                    ));
                }
                if !self.other.with_key {
                    return Err(Error::new(
                        or.span(),
                        "only a union that is its own selector can be without",
                    ));
                }
            }
        }
        Ok(())
    }

    fn emit(&self) -> Result<TokenStream> {
        let (name, other) = (self.name, self.other.name);
        let text = name.to_string();
        let view = view::name(name);
        let selector = if self.text {
            quote!(::netlink::wire::NlString)
        } else {
            quote!(u64)
        };
        let (decode, views) = (self.decode_arms(false), self.decode_arms(true));
        let keys = self.key_arms();
        let has_data = self.cases.iter().map(|case| {
            let variant = case.name;
            match case.payload {
                Payload::None => quote!(Self::#variant => false,),
                Payload::Maybe(_) => quote!(Self::#variant(data) => data.is_some(),),
                Payload::Always(_) => quote!(Self::#variant(_) => true,),
            }
        });
        let other_has = if self.other.with_key {
            quote!(Self::#other { data, .. } => data.is_some(),)
        } else {
            quote!(Self::#other(_) => true,)
        };
        let nested = self.cases.iter().filter_map(|case| {
            let (variant, codec, ty) = (case.name, &case.codec, case.ty()?);
            Some(quote!(Self::#variant(_) => <#codec as ::netlink::wire::Codec<#ty>>::NESTED,))
        });
        let encode = self.cases.iter().filter_map(|case| {
            let (variant, codec, ty) = (case.name, &case.codec, case.ty()?);
            let data = match case.payload {
                Payload::Maybe(_) => quote!(Self::#variant(::core::option::Option::Some(data))),
                _ => quote!(Self::#variant(data)),
            };
            Some(quote!(#data => <#codec as ::netlink::wire::Codec<#ty>>::encode(data, out),))
        });
        let other_encode = if self.other.with_key {
            quote!(Self::#other { data: ::core::option::Option::Some(data), .. })
        } else {
            quote!(Self::#other(data))
        };
        let puts = self.cases.iter().filter_map(|case| {
            let (variant, codec, ty) = (case.name, &case.codec, case.ty()?);
            let data = match case.payload {
                Payload::Maybe(_) => quote!(Self::#variant(::core::option::Option::Some(data))),
                _ => quote!(Self::#variant(data)),
            };
            Some(quote! {
                #data => ::netlink::wire::private::put_case::<#ty, #codec>(data, id_and_flags, nested, name, out),
            })
        });
        let schema = self.cases.iter().flat_map(|case| {
            let variant = case.name.to_string();
            let key = match (&case.key, self.text) {
                (Some(key), true) => quote!(::core::option::Option::Some(CaseKey::Text(#key))),
                (Some(key), false) => quote!(::core::option::Option::Some(CaseKey::Int(#key))),
                (None, _) => quote!(::core::option::Option::None),
            };
            let shape = match case.ty() {
                Some(ty) => {
                    let codec = &case.codec;
                    quote!(::core::option::Option::Some(<#codec as ::netlink::wire::Codec<#ty>>::SHAPE))
                }
                None => quote!(::core::option::Option::None),
            };
            let also = case.also.iter().map(|key| quote!(::core::option::Option::Some(CaseKey::Int(#key))));
            let or = match (&case.or, self.text) {
                (Some(or), true) => quote!(::core::option::Option::Some(CaseKey::Text(#or))),
                (Some(or), false) => quote!(::core::option::Option::Some(CaseKey::Int(#or))),
                (None, _) => quote!(::core::option::Option::None),
            };
            std::iter::once(key).chain(also).map(|key| quote!(Case { name: #variant, key: #key, or: #or, shape: #shape })).collect::<Vec<_>>()
        });
        let take_number = self.take_number();
        let implied = self.implied();
        let raw = (!self.other.with_key && !self.text).then(|| {
            let other = self.other.name;
            quote! {
                fn raw(data: &[u8]) -> ::core::option::Option<Self> {
                    ::core::option::Option::Some(Self::#other(data.into()))
                }
            }
        });
        let view_type = self.view_type(&view);
        let value = self.lead_value(&view);
        Ok(quote! {
            #view_type
            #value

            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl ::netlink::wire::Kind for #name {
                type View<'a> = #view<'a>;
                type Selector = #selector;

                fn schema() -> &'static ::netlink::wire::schema::UnionSchema {
                    use ::netlink::wire::schema::{Case, CaseKey, UnionSchema};
                    // A union of one default case has no key.
                    const _: ::core::option::Option<CaseKey> = ::core::option::Option::None;
                    static SCHEMA: UnionSchema =
                        UnionSchema { name: #text, cases: &[#(#schema),*] };
                    &SCHEMA
                }

                fn decode_to(
                    place: &mut ::core::option::Option<Self>,
                    key: ::netlink::wire::Key<'_>,
                    data: ::core::option::Option<&[u8]>,
                    cx: ::netlink::wire::Cx<'_>,
                ) -> ::core::result::Result<(), ::netlink::wire::DecodeError> {
                    #decode
                    ::core::result::Result::Ok(())
                }

                #take_number

                fn put_attr(
                    &self,
                    id_and_flags: u16,
                    nested: ::core::option::Option<bool>,
                    name: &'static str,
                    out: &mut ::netlink::wire::Encoder<'_>,
                ) {
                    match self {
                        #(#puts)*
                        #other_encode => ::netlink::wire::private::put_other(data, id_and_flags, nested, name, out),
                        _ => {}
                    }
                }

                #[inline]
                fn view<'a>(
                    key: ::netlink::wire::Key<'a>,
                    data: ::core::option::Option<&'a [u8]>,
                    cx: ::netlink::wire::Cx<'a>,
                ) -> ::core::result::Result<#view<'a>, ::netlink::wire::DecodeError> {
                    #views
                }

                fn key(&self) -> ::core::option::Option<::netlink::wire::Key<'_>> {
                    match self { #keys }
                }

                #implied

                #raw

                fn has_data(&self) -> bool {
                    match self { #(#has_data)* #other_has }
                }

                fn nested(&self) -> bool {
                    match self { #(#nested)* _ => false }
                }

                fn encode_data(
                    &self,
                    out: &mut ::netlink::wire::Encoder<'_>,
                ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                    match self {
                        #(#encode)*
                        #other_encode => {
                            out.put(data);
                            ::core::result::Result::Ok(())
                        }
                        _ => ::core::result::Result::Ok(()),
                    }
                }
            }
        })
    }

    /// A union whose selector is the front of its own payload is a payload by itself.
    fn lead_value(&self, view: &Ident) -> TokenStream {
        let (Some(lead), name) = (&self.lead, self.name) else {
            return quote!();
        };
        let headless = self.cases.iter().find(|case| case.headless);
        let headless = headless.and_then(|case| case.literal(false));
        let (key, headless) = match headless {
            None => (
                quote!(::netlink::wire::private::lead::<#lead>(bytes)?),
                quote!(::core::option::Option::None),
            ),
            Some(own) => (
                quote!(::netlink::wire::private::lead_or::<#lead>(bytes, #own)?),
                quote!(::core::option::Option::Some(#own)),
            ),
        };
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl ::netlink::wire::Value for #name {
                type View<'a> = #view<'a>;
                const NESTED: bool = false;
                const SHAPE: ::netlink::wire::Shape = ::netlink::wire::Shape::Lead {
                    int: ::netlink::wire::schema::IntShape::of::<#lead>(
                        <#lead as ::netlink::wire::Int>::SIZE, <#lead as ::netlink::wire::Int>::BIG),
                    headless: #headless,
                    of: <Self as ::netlink::wire::Kind>::schema,
                };

                fn decode(
                    bytes: &[u8],
                    cx: ::netlink::wire::Cx<'_>,
                ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                    let key = #key;
                    ::netlink::wire::Kind::decode(key, ::core::option::Option::Some(bytes), cx)
                }

                fn view<'a>(
                    bytes: &'a [u8],
                    cx: ::netlink::wire::Cx<'a>,
                ) -> ::core::result::Result<#view<'a>, ::netlink::wire::DecodeError> {
                    let key = #key;
                    <Self as ::netlink::wire::Kind>::view(key, ::core::option::Option::Some(bytes), cx)
                }

                fn encode(
                    &self,
                    out: &mut ::netlink::wire::Encoder<'_>,
                ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                    ::netlink::wire::Kind::encode_data(self, out)
                }
            }
        }
    }

    /// What the selector is where another one stands in for it.
    fn implied(&self) -> Option<TokenStream> {
        let key = |key: TokenStream| match self.text {
            true => quote!(::netlink::wire::Key::Text(#key)),
            false => quote!(::netlink::wire::Key::Int(#key)),
        };
        let arms = self.cases.iter().filter_map(|case| {
            let own = key(case.literal(self.text)?);
            let or = key(literal(case.or.as_ref()?, self.text));
            Some(quote!(#or => ::core::option::Option::Some(#own),))
        });
        let arms: Vec<_> = arms.collect();
        (!arms.is_empty()).then(|| {
            quote! {
                fn implied(
                    other: ::netlink::wire::Key<'_>,
                ) -> ::core::option::Option<::netlink::wire::Key<'static>> {
                    match other {
                        #(#arms)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
        })
    }

    fn key_arms(&self) -> TokenStream {
        let arms = self.cases.iter().map(|case| {
            let variant = case.name;
            let pattern = match case.payload {
                Payload::None => quote!(Self::#variant),
                _ => quote!(Self::#variant(_)),
            };
            match case.literal(self.text) {
                Some(key) => {
                    let key = if self.text {
                        quote!(::netlink::wire::Key::Text(#key))
                    } else {
                        quote!(::netlink::wire::Key::Int(#key))
                    };
                    quote!(#pattern => ::core::option::Option::Some(#key),)
                }
                None => quote!(#pattern => ::core::option::Option::None,),
            }
        });
        let other = self.other.name;
        let last = match (self.other.with_key, self.text) {
            (true, true) => {
                quote!(Self::#other { kind, .. } => ::netlink::wire::ToKey::to_key(kind),)
            }
            (true, false) => quote! {
                Self::#other { kind, .. } => ::core::option::Option::Some(
                    ::netlink::wire::Key::Int(::core::convert::Into::into(*kind))
                ),
            },
            (false, _) => quote!(Self::#other(_) => ::core::option::Option::None,),
        };
        quote!(#(#arms)* #last)
    }
}
