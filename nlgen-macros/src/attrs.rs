//! `derive(Attrs)`: attribute sets, with or without a struct in front.

use crate::field::{ident, inner, is_named, named_fields, setter};
use crate::header::Header;
use crate::nl::{Nl, c_name};
use crate::select::By;
use crate::view;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Error, Expr, Ident, LitInt, Result, Type};

/// How a field's attributes are laid out.
pub(crate) enum Form<'a> {
    /// `Option<T>`.
    Plain(&'a Type),
    /// `Vec<T>`: the id repeats.
    Repeat(&'a Type),
    /// `Vec<T>`: one attribute for each in requests, all in one attribute of answers.
    Groups(&'a Type),
    /// `bool`: presence.
    Flag,
    /// `Option<Union>` with its selector in the attribute `key`.
    Tagged { ty: &'a Type, key: &'a LitInt },
    /// `Option<Union>` with its selector elsewhere.
    Selected { ty: &'a Type, by: &'a By },
}

pub(crate) struct Attr<'a> {
    pub(crate) field: &'a syn::Field,
    pub(crate) name: &'a Ident,
    pub(crate) id: &'a LitInt,
    pub(crate) c_name: String,
    pub(crate) codec: TokenStream,
    pub(crate) form: Form<'a>,
    pub(crate) nl: &'a Nl,
    /// The same id stands for another type in the other direction.
    pub(crate) paired: bool,
}

pub(crate) struct Set<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) vis: &'a syn::Visibility,
    pub(crate) header: Header<'a>,
    pub(crate) attrs: Vec<Attr<'a>>,
    pub(crate) unknown: &'a Ident,
    pub(crate) on: &'a Nl,
}

const HEADER_KEYS: &[&str] = &["pad", "length", "as", "bits", "by", "by_c"];

/// What each form of an attribute takes.
const PLAIN_KEYS: &[&str] = &[
    "attr",
    "as",
    "read",
    "write",
    "max",
    "range",
    "nested",
    "byteorder",
    "required",
];
const REPEAT_KEYS: &[&str] = &[
    "attr",
    "repeat",
    "as",
    "read",
    "write",
    "nested",
    "byteorder",
];
const GROUPS_KEYS: &[&str] = &["attr", "groups", "nested", "byteorder"];
const FLAG_KEYS: &[&str] = &["attr", "flag", "read", "write"];
const SELECTED_KEYS: &[&str] = &["attr", "by", "by_c", "read", "write", "nested", "byteorder"];
const TAGGED_KEYS: &[&str] = &[
    "key",
    "data",
    "key_as",
    "or",
    "by_c",
    "read",
    "write",
    "nested",
    "byteorder",
];

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let on = Nl::read(&input.attrs)?;
    on.only(
        "an attribute set",
        &[
            "short_header",
            "provide",
            "whole",
            "pads",
            "pad_end",
            "zeroed",
        ],
    )?;
    let fields = named_fields(input)?;
    let nls = fields
        .iter()
        .map(|field| Nl::read(&field.attrs))
        .collect::<Result<Vec<_>>>()?;
    let mut header = Header::new(on.pad_end.as_ref());
    let mut attrs: Vec<Attr<'_>> = Vec::new();
    let mut unknown = None;
    let mut setters = Vec::new();
    for (field, nl) in fields.iter().copied().zip(&nls) {
        if is_named(&field.ty, "Unknown") {
            nl.only("the field for unknown attributes", &[])?;
            if unknown.replace(ident(field)?).is_some() {
                return Err(Error::new_spanned(
                    field,
                    "a second field of type `Unknown`; one keeps everything",
                ));
            }
            continue;
        }
        setters.push(setter(&input.ident, field)?);
        if nl.attr.is_some() || nl.key.is_some() || nl.data.is_some() {
            attrs.push(attr(field, nl)?);
        } else {
            nl.only("a header member (a field without `attr = …`)", HEADER_KEYS)?;
            if !attrs.is_empty() {
                return Err(Error::new_spanned(
                    field,
                    "a field without `attr = …` is a header member and must stand before all attributes",
                ));
            }
            header.field(field, nl)?;
        }
    }
    header.check()?;
    let Some(unknown) = unknown else {
        return Err(Error::new_spanned(
            &input.ident,
            "an attribute set keeps what it does not know: add `pub unknown: Unknown` as its last field",
        ));
    };
    if let (true, Some(least)) = (header.is_empty(), &on.short_header) {
        return Err(Error::new_spanned(
            least,
            "this set has no header that could be short",
        ));
    }
    pair(&mut attrs, &on.pads)?;
    let set = Set {
        name: &input.ident,
        vis: &input.vis,
        header,
        attrs,
        unknown,
        on: &on,
    };
    set.check_selectors()?;
    Ok(set.emit(&setters))
}

fn attr<'a>(field: &'a syn::Field, nl: &'a Nl) -> Result<Attr<'a>> {
    let name = ident(field)?;
    let option = || {
        inner(&field.ty, "Option").ok_or_else(|| {
            Error::new_spanned(
                &field.ty,
                "an attribute may be absent: make this an `Option<…>`",
            )
        })
    };
    let (id, form) = match (&nl.attr, &nl.key, &nl.data) {
        (Some(id), None, None) => {
            let form = if nl.flag {
                nl.only("a flag", FLAG_KEYS)?;
                if !is_named(&field.ty, "bool") {
                    return Err(Error::new_spanned(
                        &field.ty,
                        "a flag is there or not: make this a `bool`",
                    ));
                }
                Form::Flag
            } else if nl.repeat {
                nl.only("an attribute that repeats", REPEAT_KEYS)?;
                Form::Repeat(inner(&field.ty, "Vec").ok_or_else(|| {
                    Error::new_spanned(
                        &field.ty,
                        "an attribute that repeats is a list: make this a `Vec<…>`",
                    )
                })?)
            } else if nl.groups {
                nl.only(
                    "sets that stand in one attribute or in several",
                    GROUPS_KEYS,
                )?;
                Form::Groups(inner(&field.ty, "Vec").ok_or_else(|| {
                    Error::new_spanned(&field.ty, "sets in groups are a list: make this a `Vec<…>`")
                })?)
            } else if let Some(by) = &nl.by {
                nl.only("a union selected elsewhere", SELECTED_KEYS)?;
                Form::Selected { ty: option()?, by }
            } else {
                nl.only("an attribute", PLAIN_KEYS)?;
                Form::Plain(option()?)
            };
            (id, form)
        }
        (None, Some(key), Some(id)) => {
            nl.only("a union with its selector", TAGGED_KEYS)?;
            (
                id,
                Form::Tagged {
                    ty: option()?,
                    key: key_id(key)?,
                },
            )
        }
        (None, Some(_), None) => {
            return Err(Error::new(
                nl.key_span("key"),
                "`key = …` names the selector; add `data = …`, the id of what it selects",
            ));
        }
        (None, None, _) => {
            return Err(Error::new(
                nl.key_span("data"),
                "`data = …` needs `key = …`, the id of its selector; without one write `attr = …`",
            ));
        }
        (Some(id), ..) => {
            return Err(Error::new(
                id.span(),
                "either `attr = …`, or `key = …, data = …` for a union with its selector",
            ));
        }
    };
    if nl.read && nl.write {
        return Err(Error::new(
            nl.key_span("write"),
            "an attribute that is read and written says neither `read` nor `write`",
        ));
    }
    let codec = match &nl.as_ {
        Some(codec) => quote!(#codec),
        // Where the type has no form of its own, the error points at the type.
        None => {
            let span = match &form {
                Form::Plain(ty)
                | Form::Repeat(ty)
                | Form::Groups(ty)
                | Form::Tagged { ty, .. }
                | Form::Selected { ty, .. } => ty.span(),
                Form::Flag => field.ty.span(),
            };
            quote_spanned!(span=> ::netlink::wire::Native)
        }
    };
    let c_name = c_name(&field.attrs, &name.to_string());
    Ok(Attr {
        field,
        name,
        id,
        c_name,
        codec,
        form,
        nl,
        paired: false,
    })
}

/// The id of a selector.
fn key_id(key: &Expr) -> Result<&LitInt> {
    match key {
        Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Int(id),
            ..
        }) => Ok(id),
        _ => Err(Error::new_spanned(
            key,
            "the id of the attribute that holds the selector: a number",
        )),
    }
}

/// Where an id stood before (nowhere for padding), and whether only `read` or only `write`.
type Before = Option<(usize, bool, bool)>;

/// Marks ids that stand twice, once for each direction, and refuses other duplicates at the second place.
fn pair(attrs: &mut [Attr<'_>], pads: &[LitInt]) -> Result<()> {
    // Index of the attribute (none for padding) and whether its id may mean another thing in the other direction.
    let mut seen: Vec<(u64, Before)> = Vec::new();
    for pad in pads {
        seen.push((pad.base10_parse()?, None));
    }
    let mut paired = Vec::new();
    for (index, attr) in attrs.iter().enumerate() {
        let (data, (read, write)) = (attr.id, (attr.nl.read, attr.nl.write));
        let tagged = match attr.form {
            Form::Tagged { key, .. } => Some(key),
            _ => None,
        };
        for id in tagged.into_iter().chain([data]) {
            let number = id.base10_parse()?;
            for (_, before) in seen.iter().filter(|(other, _)| *other == number) {
                match before {
                    Some((other, before_read, before_write))
                        if tagged.is_none() && (read && *before_write || write && *before_read) =>
                    {
                        paired.extend([index, *other]);
                    }
                    _ => {
                        return Err(Error::new(
                            id.span(),
                            stands_twice(number, tagged.is_some(), before.is_none()),
                        ));
                    }
                }
            }
            // A union with its selector takes both ids in both directions.
            seen.push((
                number,
                Some((index, read && tagged.is_none(), write && tagged.is_none())),
            ));
        }
    }
    for index in paired {
        if let Some(attr) = attrs.get_mut(index) {
            attr.paired = true;
        }
    }
    Ok(())
}

fn stands_twice(id: u64, tagged: bool, pad: bool) -> String {
    if pad {
        format!("id {id} is padding by `pads(…)`")
    } else if tagged {
        format!("id {id} stands twice; a union with its selector shares its ids with nothing")
    } else {
        format!("id {id} stands twice; only one `read` and one `write` attribute may share it")
    }
}

impl Attr<'_> {
    pub(crate) fn key_codec(&self) -> TokenStream {
        match &self.nl.key_as {
            Some(codec) => quote!(#codec),
            None => quote!(::netlink::wire::Native),
        }
    }

    /// The C name of a union's data: the second alias, after that of the selector.
    pub(crate) fn data_name(&self) -> String {
        crate::nl::c_names(&self.field.attrs)
            .into_iter()
            .nth(1)
            .unwrap_or_else(|| self.c_name.clone())
    }

    /// A condition on the direction at hand, for ids that mean another thing each way.
    fn decode_guard(&self) -> TokenStream {
        if !self.paired {
            return quote!();
        }
        let direction = self.direction();
        quote!(if walk.cx().direction() == ::netlink::wire::Direction::#direction)
    }

    pub(crate) fn direction(&self) -> Ident {
        if self.nl.read {
            format_ident!("FromKernel")
        } else {
            format_ident!("ToKernel")
        }
    }

    fn decode_arm(&self, set: &Set<'_>) -> TokenStream {
        let (name, id, codec, c_name) = (self.name, self.id, &self.codec, &self.c_name);
        let guard = self.decode_guard();
        let (key_slot, data_slot) = set.raw_slots(self);
        match &self.form {
            Form::Plain(ty) => {
                quote!(#id #guard => walk.take::<#ty, #codec>(&mut self.#name, payload, #c_name),)
            }
            Form::Repeat(ty) => {
                quote!(#id #guard => walk.take_repeat::<#ty, #codec>(&mut self.#name, payload, #c_name),)
            }
            Form::Groups(ty) => {
                quote!(#id => walk.take_groups::<#ty>(&mut self.#name, payload, #c_name),)
            }
            Form::Flag => quote!(#id #guard => walk.take_flag(&mut self.#name, payload),),
            Form::Tagged { key, .. } => quote! {
                #key => walk.take_raw(#key_slot),
                #id => walk.take_raw(#data_slot),
            },
            Form::Selected { ty, by } => match set.known_key(by) {
                Some(key) => {
                    quote!(#id #guard => walk.take_kind::<#ty>(&mut self.#name, payload, #key, &#c_name),)
                }
                None => quote!(#id #guard => walk.take_raw(#data_slot),),
            },
        }
    }

    fn schema(&self, set: &Set<'_>) -> TokenStream {
        let (id, codec, c_name) = (self.id, &self.codec, &self.c_name);
        let access = match (self.nl.read, self.nl.write) {
            (true, _) => quote!(Access::Read),
            (_, true) => quote!(Access::Write),
            _ => quote!(Access::Both),
        };
        let nested = match self.nl.nested {
            Some(nested) => quote!(::core::option::Option::Some(#nested)),
            None => quote!(::core::option::Option::None),
        };
        let max = match &self.nl.max {
            Some(max) => quote!(::core::option::Option::Some(#max)),
            None => quote!(::core::option::Option::None),
        };
        let range = match &self.nl.range {
            Some((low, high)) => quote!(::core::option::Option::Some((#low, #high))),
            None => quote!(::core::option::Option::None),
        };
        let limits = quote!(Limits { max: #max, range: #range });
        let repeat = matches!(self.form, Form::Repeat(_) | Form::Groups(_));
        let (shape, selector) = match &self.form {
            Form::Plain(ty) | Form::Repeat(ty) => (
                quote!(<#codec as ::netlink::wire::Codec<#ty>>::SHAPE),
                quote!(Selector::None),
            ),
            Form::Groups(ty) => (
                quote!(::netlink::wire::Shape::Groups(&<#ty as ::netlink::wire::Value>::SHAPE)),
                quote!(Selector::None),
            ),
            Form::Flag => (quote!(::netlink::wire::Shape::Flag), quote!(Selector::None)),
            Form::Tagged { ty, key } => {
                let (key_codec, data_name) = (self.key_codec(), self.data_name());
                let selector = set.tag_selector(self, key);
                return quote! {
                    AttrSchema::new(#key, #c_name,
                        <#key_codec as ::netlink::wire::Codec<<#ty as ::netlink::wire::Kind>::Selector>>::SHAPE,
                        #access, false, Selector::Of(#id), ::core::option::Option::None, Limits::NONE),
                    AttrSchema::new(#id, #data_name,
                        ::netlink::wire::Shape::Union(<#ty as ::netlink::wire::Kind>::schema),
                        #access, false, #selector, #nested, #limits),
                };
            }
            Form::Selected { ty, by } => {
                let selector = set.schema_selector(by, self.nl);
                (
                    quote!(::netlink::wire::Shape::Union(<#ty as ::netlink::wire::Kind>::schema)),
                    selector,
                )
            }
        };
        quote!(AttrSchema::new(#id, #c_name, #shape, #access, #repeat, #selector, #nested, #limits),)
    }
}

impl<'a> Set<'a> {
    pub(crate) fn attr_named(&self, name: &Ident) -> Option<&Attr<'a>> {
        self.attrs.iter().find(|attr| attr.name == name)
    }

    /// The places in the walk where the selector of an attribute and its data wait for each other.
    pub(crate) fn raw_slots(&self, attr: &Attr<'_>) -> (usize, usize) {
        let before = self
            .attrs
            .iter()
            .take_while(|other| other.name != attr.name);
        let key = before
            .map(|other| match &other.form {
                Form::Tagged { .. } => 2,
                Form::Selected { by, .. } if self.known_key(by).is_none() => 1,
                _ => 0,
            })
            .sum();
        match attr.form {
            Form::Tagged { .. } => (key, key + 1),
            _ => (key, key),
        }
    }

    /// A default for headers whose members have none of their own.
    fn default_impl(&self) -> TokenStream {
        let name = self.name;
        let members = self.header.members().map(|member| {
            let read = self
                .header
                .read(member.name, &quote!(Self), &quote!(header));
            let field = member.name;
            quote!(#field: #read,)
        });
        let others = self
            .attrs
            .iter()
            .map(|attr| attr.name)
            .chain([self.unknown]);
        quote! {
            /// A header of zeros, and no attributes.
            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    let header: &[u8] = &[];
                    Self { #(#members)* #(#others: ::core::default::Default::default(),)* }
                }
            }
        }
    }

    fn emit(&self, setters: &[TokenStream]) -> TokenStream {
        let (name, unknown) = (self.name, self.unknown);
        let text = name.to_string();
        let private = quote!(::netlink::wire::private);
        let constants = self.header.constants();
        let nested = self.header.is_empty();
        let least = match &self.on.short_header {
            Some(least) => quote!(#least),
            None => quote!(#name::__SIZE),
        };
        let header_reads = self.header.members().map(|member| {
            let (field, read) = (
                member.name,
                self.header
                    .read(member.name, &quote!(Self), &quote!(header)),
            );
            quote!(self.#field = #read;)
        });
        let default = self.on.zeroed.then(|| self.default_impl());
        let header_reads = (!self.header.is_empty()).then(|| {
            quote! {
                let ::core::option::Option::Some(header) = walk.header::<{ Self::__SIZE }>() else {
                    return;
                };
                let header: &[u8] = header;
                #(#header_reads)*
            }
        });
        let provide = self.provide();
        let start = (header_reads.is_some() || provide.is_some()).then(|| {
            quote! {
                fn start(&mut self, walk: &mut #private::Walk<'_>) {
                    #header_reads
                    #provide
                }
            }
        });
        let arms = self.attrs.iter().map(|attr| attr.decode_arm(self));
        let pads = &self.on.pads;
        let pad_arm = (!pads.is_empty()).then(|| quote!(#(#pads)|* => {}));
        let joins = self.joins();
        let join = (!joins.is_empty()).then(|| {
            quote! {
                fn join(&mut self, walk: &mut #private::Walk<'_>) {
                    #joins
                }
            }
        });
        let header_write = self.header.write();
        let put_header = if self.header.is_empty() {
            quote!()
        } else {
            quote! {
                let mut header = [0; #private::attr_align(Self::__SIZE)];
                {
                    let (failed, out) = (#private::failure(out), &mut header);
                    #header_write
                }
                out.put(&header);
            }
        };
        // One question for all that stand together.
        let encodes = self
            .attrs
            .chunk_by(|a, b| a.is_lossless_only() == b.is_lossless_only())
            .map(|chunk| {
                let puts = chunk.iter().map(|attr| attr.encode(self));
                match chunk.first() {
                    Some(first) if first.is_lossless_only() => {
                        quote!(if out.is_lossless() { #(#puts)* })
                    }
                    _ => quote!(#(#puts)*),
                }
            });
        let header_schema = self.header.schema(name);
        let attr_schema = self.attrs.iter().map(|attr| attr.schema(self));
        let whole = self.on.whole;
        let provided = match &self.on.provide {
            Some(by) => {
                let selector = self.schema_selector(by, self.on);
                quote!(#selector)
            }
            None => quote!(Selector::None),
        };
        // Attributes end padded.
        let record_impl = self.header.record(name, 4);
        let view_name = view::name(name);
        let view = view::expand(self, &least);
        quote! {
            #[automatically_derived]
            impl #name {
                #constants
                #(#setters)*

                /// The form of this type, for schema users.
                pub fn schema() -> &'static ::netlink::wire::schema::SetSchema {
                    use ::netlink::wire::schema::*;
                    static SCHEMA: SetSchema = SetSchema {
                        name: #text,
                        header: &[#(#header_schema),*],
                        header_size: #name::__SIZE,
                        provide: #provided,
                        whole: #whole,
                        attrs: &[#(#attr_schema)*],
                        pads: &[#(#pads),*],
                    };
                    &SCHEMA
                }
            }

            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl ::netlink::wire::Value for #name {
                type View<'a> = #view_name<'a>;
                const NESTED: bool = #nested;
                const SHAPE: ::netlink::wire::Shape = ::netlink::wire::Shape::Set(Self::schema);

                #[inline]
                fn decode(
                    bytes: &[u8],
                    cx: ::netlink::wire::Cx<'_>,
                ) -> ::core::result::Result<Self, ::netlink::wire::DecodeError> {
                    #private::decode_set_new::<Self, { Self::__SIZE }, { #least }>(bytes, cx)
                }

                #[inline]
                fn decode_box(
                    bytes: &[u8],
                    cx: ::netlink::wire::Cx<'_>,
                ) -> ::core::result::Result<::std::boxed::Box<Self>, ::netlink::wire::DecodeError> {
                    #private::decode_set_box(bytes, Self::__SIZE, #least, cx)
                }

                #[inline]
                fn decode_to(
                    place: &mut ::core::option::Option<Self>,
                    bytes: &[u8],
                    cx: ::netlink::wire::Cx<'_>,
                ) -> ::core::result::Result<(), ::netlink::wire::DecodeError> {
                    #private::decode_set_to(place, bytes, Self::__SIZE, #least, cx)
                }

                #[inline]
                fn decode_push(
                    list: &mut ::std::vec::Vec<Self>,
                    bytes: &[u8],
                    cx: ::netlink::wire::Cx<'_>,
                ) -> ::core::result::Result<(), ::netlink::wire::DecodeError> {
                    #private::decode_set_push(list, bytes, Self::__SIZE, #least, cx)
                }

                #[inline]
                fn take_attr(
                    slot: &mut ::core::option::Option<Self>,
                    walk: &mut #private::Walk<'_>,
                    payload: &[u8],
                    name: &'static str,
                ) {
                    #private::take_set(slot, walk, payload, name);
                }

                #[inline]
                fn view<'a>(
                    bytes: &'a [u8],
                    cx: ::netlink::wire::Cx<'a>,
                ) -> ::core::result::Result<#view_name<'a>, ::netlink::wire::DecodeError> {
                    #view_name::new(bytes, cx)
                }

                fn encode(
                    &self,
                    out: &mut ::netlink::wire::Encoder<'_>,
                ) -> ::core::result::Result<(), ::netlink::wire::EncodeError> {
                    let start = out.position();
                    #put_header
                    #private::put_earlier(&self.#unknown, out);
                    #(#encodes)*
                    #private::end_set(&self.#unknown, start, out)
                }
            }

            #[automatically_derived]
            impl #private::Fill for #name {
                #start

                fn take(&mut self, walk: &mut #private::Walk<'_>, payload: &[u8], id_and_flags: u16) {
                    let _ = payload;
                    match id_and_flags & !#private::FLAG_BITS {
                        #(#arms)*
                        #pad_arm
                        _ => walk.keep(),
                    }
                }

                #join

                #[inline]
                fn unknown(&mut self) -> &mut ::netlink::wire::Unknown {
                    &mut self.#unknown
                }
            }

            #record_impl
            #default
            #view
        }
    }
}
