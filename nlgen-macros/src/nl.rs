//! Reading `#[nl(…)]`: one struct that holds every key, with its place for errors.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Lit, LitInt, Result, Token, Type};

/// A hidden member that stands before a field in the C struct.
pub(crate) enum Hidden {
    Pad(Expr),
    Count { of: Ident, repr: Type, unit: Ident, bias: Option<Expr> },
}

/// Everything `#[nl(…)]` can say; each place takes only some of it.
#[derive(Default)]
pub(crate) struct Nl {
    pub(crate) span: Option<Span>,
    pub(crate) attr: Option<LitInt>,
    pub(crate) key: Option<Expr>,
    pub(crate) data: Option<LitInt>,
    pub(crate) key_as: Option<Type>,
    pub(crate) as_: Option<Type>,
    pub(crate) read: bool,
    pub(crate) write: bool,
    pub(crate) max: Option<Expr>,
    pub(crate) range: Option<(Expr, Expr)>,
    pub(crate) nested: Option<bool>,
    pub(crate) byteorder: bool,
    pub(crate) repeat: bool,
    pub(crate) flag: bool,
    pub(crate) by: Option<Ident>,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) bits: Option<LitInt>,
    pub(crate) tail: bool,
    pub(crate) rest: bool,
    pub(crate) grows: Option<Expr>,
    pub(crate) pad_end: Option<Expr>,
    pub(crate) short_header: Option<Expr>,
    pub(crate) record: bool,
    pub(crate) provide: Option<Ident>,
    pub(crate) pads: Vec<LitInt>,
    pub(crate) case: Option<Lit>,
    pub(crate) default: bool,
    pub(crate) other: bool,
    pub(crate) fixed: bool,
    pub(crate) protocol: Option<Expr>,
    pub(crate) id: Option<LitInt>,
    pub(crate) reply: Option<Ident>,
    pub(crate) answer: Option<LitInt>,
    pub(crate) dump: bool,
    pub(crate) per_second: Option<LitInt>,
    pub(crate) forever: Option<Expr>,
    /// The keys in the order they came, to refuse those that make no sense in a place.
    keys: Vec<(String, Span)>,
}

fn value<T: syn::parse::Parse>(meta: &ParseNestedMeta<'_>) -> Result<T> {
    meta.value()?.parse()
}

impl Nl {
    /// Reads all `#[nl(…)]` of an item.
    pub(crate) fn read(attrs: &[Attribute]) -> Result<Self> {
        let mut nl = Nl::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("nl")) {
            nl.span.get_or_insert(attr.span());
            attr.parse_nested_meta(|meta| nl.key(&meta))?;
        }
        Ok(nl)
    }

    fn key(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let Some(name) = meta.path.get_ident().map(ToString::to_string) else {
            return Err(meta.error("expected one word"));
        };
        let repeats = matches!(name.as_str(), "pad" | "count");
        if !repeats && self.keys.iter().any(|(key, _)| *key == name) {
            return Err(meta.error(format!("`{name}` stands twice")));
        }
        self.keys.push((name.clone(), meta.path.span()));
        match name.as_str() {
            "attr" => self.attr = Some(value(meta)?),
            "key" => self.key = Some(value(meta)?),
            "data" => self.data = Some(value(meta)?),
            "key_as" => self.key_as = Some(value(meta)?),
            "as" => self.as_ = Some(value(meta)?),
            "read" => self.read = true,
            "write" => self.write = true,
            "max" => self.max = Some(value(meta)?),
            "range" => {
                let content;
                syn::parenthesized!(content in meta.input);
                let low = content.parse()?;
                content.parse::<Token![,]>()?;
                self.range = Some((low, content.parse()?));
            }
            "nested" => self.nested = Some(value::<syn::LitBool>(meta)?.value),
            "byteorder" => self.byteorder = true,
            "repeat" => self.repeat = true,
            "flag" => self.flag = true,
            "by" => self.by = Some(value(meta)?),
            "pad" => self.hidden.push(Hidden::Pad(value(meta)?)),
            "count" => self.count(meta)?,
            "bits" => self.bits = Some(value(meta)?),
            "tail" => self.tail = true,
            "rest" => self.rest = true,
            "grows" => self.grows = Some(value(meta)?),
            "pad_end" => self.pad_end = Some(value(meta)?),
            "short_header" => self.short_header = Some(value(meta)?),
            "record" => self.record = true,
            "provide" => self.provide = Some(value(meta)?),
            "pads" => {
                let content;
                syn::parenthesized!(content in meta.input);
                let list = content.parse_terminated(<LitInt as syn::parse::Parse>::parse, Token![,])?;
                self.pads = list.into_iter().collect();
            }
            "case" => self.case = Some(value(meta)?),
            "default" => self.default = true,
            "other" => self.other = true,
            "fixed" => self.fixed = true,
            "protocol" => self.protocol = Some(value(meta)?),
            "id" => self.id = Some(value(meta)?),
            "reply" => self.reply = Some(value(meta)?),
            "answer" => self.answer = Some(value(meta)?),
            "dump" => self.dump = true,
            "per_second" => self.per_second = Some(value(meta)?),
            "forever" => self.forever = Some(value(meta)?),
            _ => return Err(meta.error(format!("unknown key `{name}`"))),
        }
        Ok(())
    }

    fn count(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let content;
        let paren = syn::parenthesized!(content in meta.input);
        let of = content.parse()?;
        content.parse::<Token![,]>()?;
        let repr = content.parse()?;
        let mut unit = Ident::new("items", paren.span.join());
        let mut bias = None;
        while content.parse::<Option<Token![,]>>()?.is_some() {
            let word: Ident = content.parse()?;
            if word == "bias" {
                content.parse::<Token![=]>()?;
                bias = Some(content.parse()?);
            } else if word == "bits" || word == "bytes" {
                unit = word;
            } else {
                return Err(syn::Error::new(word.span(), "expected `bits`, `bytes` or `bias = …`"));
            }
        }
        self.hidden.push(Hidden::Count { of, repr, unit, bias });
        Ok(())
    }

    /// Refuses keys that the place does not take.
    pub(crate) fn only(&self, place: &str, allowed: &[&str]) -> Result<()> {
        match self.keys.iter().find(|(key, _)| !allowed.contains(&key.as_str())) {
            Some((key, span)) => {
                Err(syn::Error::new(*span, format!("`{key}` does not apply to {place}")))
            }
            None => Ok(()),
        }
    }
}

/// The C names in `#[doc(alias = "…")]`, in order.
pub(crate) fn c_names(attrs: &[Attribute]) -> Vec<String> {
    let mut names = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        // Other forms of `doc` are not ours to judge.
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("alias") {
                names.push(value::<syn::LitStr>(&meta)?.value());
            }
            Ok(())
        });
    }
    names
}

/// The first C name, or the item's own.
pub(crate) fn c_name(attrs: &[Attribute], own: &str) -> String {
    let names = c_names(attrs);
    names.into_iter().next().unwrap_or_else(|| own.trim_start_matches("r#").to_owned())
}
