//! Selectors: what says which case of a union a field holds.

use crate::attrs::{Attr, Form, Set};
use crate::nl::Nl;
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitStr, Result, Token};

/// Where a selector stands: a field, and from there a member of its struct, or a part of a number.
pub(crate) struct By {
    pub(crate) base: Ident,
    /// Members and parts, each with whether a method reads it.
    steps: Vec<(Ident, bool)>,
}

impl Parse for By {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let base = input.parse()?;
        let mut steps = Vec::new();
        while input.parse::<Option<Token![.]>>()?.is_some() {
            let step = input.parse()?;
            let method = input.peek(syn::token::Paren);
            if method {
                let content;
                syn::parenthesized!(content in input);
                if !content.is_empty() {
                    return Err(content.error("a part is read without arguments"));
                }
            }
            steps.push((step, method));
        }
        Ok(By { base, steps })
    }
}

impl By {
    /// Whether it is one of the words that name no field.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.base == word && self.steps.is_empty()
    }

    /// Whether it leads into what the field holds.
    pub(crate) fn is_path(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The way from the field's value to the selector.
    pub(crate) fn steps(&self) -> TokenStream {
        let steps = self.steps.iter().map(|(step, method)| match method {
            true => quote!(.#step()),
            false => quote!(.#step),
        });
        quote!(#(#steps)*)
    }

    /// The names on that way, in C where `by_c` gives them.
    pub(crate) fn names(&self, c: Option<&LitStr>) -> Vec<String> {
        match c {
            Some(c) => c.value().split('.').map(str::to_owned).collect(),
            None => self.steps.iter().map(|(step, _)| plain(step)).collect(),
        }
    }
}

/// An identifier as text.
fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

impl Set<'_> {
    /// Where the schema says that a selector stands.
    pub(crate) fn schema_selector(&self, by: &By, nl: &Nl) -> TokenStream {
        if by.is("inherited") {
            return quote!(Selector::Inherited);
        }
        if by.is("length") {
            return quote!(Selector::Length);
        }
        let names = by.names(nl.by_c.as_ref());
        if let Some(member) = self.header.member(&by.base) {
            let name = &member.c_name;
            return quote!(Selector::Header(&[#name #(, #names)*]));
        }
        match self.attr_named(&by.base).map(|attr| (attr, &attr.form)) {
            Some((attr, Form::Tagged { key, .. })) => self.tag_selector(attr, key),
            Some((attr, _)) => {
                let id = attr.id;
                quote!(Selector::Attr(#id, &[#(#names),*]))
            }
            None => quote!(Selector::None),
        }
    }

    /// The same for a union whose selector belongs to it.
    pub(crate) fn tag_selector(&self, attr: &Attr<'_>, key: &syn::LitInt) -> TokenStream {
        match &attr.nl.or {
            Some(or) => {
                let or = self.schema_selector(or, attr.nl);
                quote!(Selector::AttrOr(#key, &#or))
            }
            None => quote!(Selector::Attr(#key, &[])),
        }
    }

    pub(crate) fn check_selectors(&self) -> Result<()> {
        for attr in &self.attrs {
            let selectors = [attr.nl.by.as_ref(), attr.nl.or.as_ref()];
            for by in selectors.into_iter().flatten() {
                if by.base == *attr.name {
                    return Err(Error::new(by.base.span(), "a union cannot select itself"));
                }
                let words = attr.nl.by.is_some();
                if words && (by.is("inherited") || by.is("length")) {
                    continue;
                }
                self.check_selector(
                    by,
                    "; the selector of an enclosing set is `by = inherited`, the payload's own size `by = length`",
                )?;
            }
        }
        match &self.on.provide {
            Some(by) => self.check_selector(by, ""),
            None => Ok(()),
        }
    }

    /// Whether a field can tell the case of a union.
    fn check_selector(&self, by: &By, hint: &str) -> Result<()> {
        let name = &by.base;
        if self.header.has_member(name) {
            return Ok(());
        }
        match self.attr_named(name).map(|attr| &attr.form) {
            Some(Form::Tagged { .. }) if by.is_path() => Err(Error::new(
                name.span(),
                format!("`{name}` is a union, which no path leads into"),
            )),
            Some(Form::Plain(_) | Form::Tagged { .. }) => Ok(()),
            Some(_) => Err(Error::new(
                name.span(),
                format!(
                    "`{name}` selects nothing: a selector is a header member or a plain `Option<…>` attribute"
                ),
            )),
            None => Err(Error::new(
                name.span(),
                format!("no field `{name}` in this set{hint}"),
            )),
        }
    }

    /// The selector that a viewed set takes from `by`; `view` is the raw view, `data` the id of what is selected.
    pub(crate) fn view_selector(&self, by: &By, data: Option<&syn::LitInt>) -> TokenStream {
        if by.is("inherited") {
            return quote!(view.outer);
        }
        if let (true, Some(data)) = (by.is("length"), data) {
            return quote!(view.length(#data)?);
        }
        let (base, steps) = (&by.base, by.steps());
        let int = |value: TokenStream| quote!(::netlink::wire::Key::Int(::netlink::wire::Int::to_bits(#value #steps)));
        if self.header.has_member(base) {
            let name = self.name;
            let read = self.header.read(base, &quote!(#name), &quote!(view.bytes));
            let key = int(read);
            return quote!(::core::option::Option::Some(#key));
        }
        let Some(attr) = self.attr_named(base) else {
            return quote!(::core::option::Option::None);
        };
        let (id, c_name) = (attr.id, &attr.c_name);
        match &attr.form {
            Form::Tagged { .. } => self.view_tag(attr),
            Form::Plain(ty) if by.is_path() => {
                let (codec, key) = (&attr.codec, int(quote!(value)));
                quote!(view.get::<#ty, #codec>(#id, #c_name)?.map(|value| #key))
            }
            Form::Plain(ty) => {
                let codec = &attr.codec;
                quote!(view.key::<#ty, #codec>(#id, #c_name)?)
            }
            _ => quote!(::core::option::Option::None),
        }
    }

    /// The selector of a union that it belongs to, in a viewed set.
    pub(crate) fn view_tag(&self, attr: &Attr<'_>) -> TokenStream {
        let Form::Tagged { ty, key } = &attr.form else {
            return quote!(::core::option::Option::None);
        };
        let (id, c_name, codec) = (attr.id, &attr.c_name, attr.key_codec());
        let own =
            quote!(view.tag::<<#ty as ::netlink::wire::Kind>::Selector, #codec>(#key, #c_name)?);
        match &attr.nl.or {
            Some(or) => {
                let or = self.view_selector(or, None);
                quote!(view.key_or::<#ty>(#own, #or, #key, #id)?)
            }
            None => own,
        }
    }

    /// The selector among the fields of `self`, once they are decoded or to be encoded.
    pub(crate) fn field_selector(&self, by: &By) -> TokenStream {
        let (base, steps) = (&by.base, by.steps());
        let form = self.attr_named(base).map(|attr| &attr.form);
        let int = |value: TokenStream| quote!(::netlink::wire::Key::Int(::netlink::wire::Int::to_bits(#value #steps)));
        match form {
            Some(Form::Tagged { .. }) => {
                quote!(self.#base.as_ref().and_then(::netlink::wire::Kind::key))
            }
            Some(_) if by.is_path() => {
                let key = int(quote!(value));
                quote!(self.#base.as_ref().map(|value| #key))
            }
            None if by.is_path() => {
                let key = int(quote!(self.#base));
                quote!(::core::option::Option::Some(#key))
            }
            _ => quote!(::netlink::wire::ToKey::to_key(&self.#base)),
        }
    }

    /// The selector of a union, if it is known before the attributes are walked.
    pub(crate) fn known_key(&self, by: &By) -> Option<TokenStream> {
        if by.is("inherited") {
            // What the set itself provides is for those that are nested.
            return Some(match self.on.provide {
                Some(_) => quote!(walk.outer()),
                None => quote!(walk.cx().inherited()),
            });
        }
        self.header
            .has_member(&by.base)
            .then(|| self.field_selector(by))
    }

    /// Statements after the walk: unions whose selector is known by then only.
    pub(crate) fn joins(&self) -> TokenStream {
        let mut joins = TokenStream::new();
        // Another selector may stand in for that of the second kind.
        for with_other in [false, true] {
            for attr in &self.attrs {
                let (name, c_name) = (attr.name, &attr.c_name);
                let (key_slot, data_slot) = self.raw_slots(attr);
                let Form::Tagged { ty, .. } = &attr.form else {
                    continue;
                };
                if attr.nl.or.is_some() != with_other {
                    continue;
                }
                let (codec, data_name) = (attr.key_codec(), attr.data_name());
                let join = match &attr.nl.or {
                    None => quote! {
                        walk.join::<#ty, #codec>(&mut self.#name, key, data, (#c_name, #data_name));
                    },
                    Some(or) => {
                        let or = self.field_selector(or);
                        quote! {
                            walk.join_or::<#ty, #codec>(
                                &mut self.#name, key, data, #or, (#c_name, #data_name),
                            );
                        }
                    }
                };
                joins.extend(quote! {
                    let (key, data) = (walk.raw(#key_slot), walk.raw(#data_slot));
                    if key.is_some() || data.is_some() { #join }
                });
            }
        }
        for attr in &self.attrs {
            let (name, c_name) = (attr.name, &attr.c_name);
            let (_, data_slot) = self.raw_slots(attr);
            let Form::Selected { ty, by } = &attr.form else {
                continue;
            };
            if self.known_key(by).is_some() {
                continue;
            }
            let key = if by.is("length") {
                quote!(::core::option::Option::Some(::netlink::wire::Key::Int(
                    data.payload.len() as u64
                )))
            } else {
                self.field_selector(by)
            };
            joins.extend(quote! {
                if let ::core::option::Option::Some(data) = walk.raw(#data_slot) {
                    walk.select::<#ty>(&mut self.#name, #key, data, #c_name);
                }
            });
        }
        joins
    }

    /// The selector for what is nested.
    pub(crate) fn provide(&self) -> Option<TokenStream> {
        let by = self.on.provide.as_ref()?;
        if self.header.has_member(&by.base) {
            let (read, steps) = (
                self.header.read(&by.base, &quote!(Self), &quote!(header)),
                by.steps(),
            );
            return Some(quote!(walk.provide_number(::netlink::wire::Int::to_bits(#read #steps));));
        }
        let key = self.view_selector(by, None);
        Some(quote!(walk.provide(|view| {
            let key = #key;
            ::core::result::Result::Ok(key)
        });))
    }
}
