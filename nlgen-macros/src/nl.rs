//! Reading `#[nl(…)]`: one struct that holds every key, with its place for errors.

use crate::select::By;
use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Lit, LitInt, LitStr, Result, Token, Type};

/// A hidden member that stands before a field in the C struct.
#[expect(clippy::large_enum_variant, reason = "a handful of values a run")]
pub(crate) enum Hidden {
    Pad(Expr),
    /// The length of the whole record.
    Length(Type),
    Count {
        of: Vec<Ident>,
        repr: Type,
        unit: Ident,
        bias: Option<Expr>,
    },
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
    pub(crate) by: Option<By>,
    /// The names in C on the way that `by` or `or` gives.
    pub(crate) by_c: Option<LitStr>,
    /// What selects where the union's own selector is absent.
    pub(crate) or: Option<By>,
    /// The key of a case there.
    pub(crate) or_case: Option<Lit>,
    pub(crate) groups: bool,
    pub(crate) headless: bool,
    /// The tails that a member with a value of its own counts.
    pub(crate) counts: Vec<Ident>,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) bits: Option<LitInt>,
    pub(crate) tail: bool,
    pub(crate) rest: bool,
    pub(crate) grows: Option<Expr>,
    pub(crate) pad_end: Option<Expr>,
    pub(crate) short_header: Option<Expr>,
    pub(crate) provide: Option<By>,
    pub(crate) whole: bool,
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
    pub(crate) required: bool,
    pub(crate) dump_only: bool,
    pub(crate) packed: bool,
    pub(crate) zeroed: bool,
    pub(crate) lead: Option<Type>,
    pub(crate) also: Vec<LitInt>,
    pub(crate) genl: Option<LitStr>,
    pub(crate) version: Option<LitInt>,
    /// First bit and number of bits.
    pub(crate) part: Option<(LitInt, LitInt)>,
    /// The keys in the order they came, to refuse those that make no sense in a place.
    keys: Vec<(String, Span)>,
}

/// Every key, for suggestions.
const KEYS: &[&str] = &[
    "attr",
    "key",
    "data",
    "key_as",
    "as",
    "read",
    "write",
    "max",
    "range",
    "nested",
    "byteorder",
    "repeat",
    "flag",
    "by",
    "by_c",
    "or",
    "groups",
    "headless",
    "pad",
    "length",
    "count",
    "counts",
    "bits",
    "tail",
    "rest",
    "grows",
    "pad_end",
    "short_header",
    "provide",
    "whole",
    "pads",
    "case",
    "default",
    "other",
    "fixed",
    "protocol",
    "id",
    "reply",
    "answer",
    "dump",
    "per_second",
    "forever",
    "required",
    "packed",
    "zeroed",
    "dump_only",
    "lead",
    "also",
    "genl",
    "version",
    "part",
];

/// How many letters to insert, drop or replace to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, left) in a.bytes().enumerate() {
        let mut next = vec![index + 1];
        for ((right, pair), last) in b.bytes().zip(row.windows(2)).zip(0..) {
            let (diagonal, above) = (
                pair.first().copied().unwrap_or(0),
                pair.last().copied().unwrap_or(0),
            );
            let beside = next.get(last).copied().unwrap_or(0);
            next.push(
                (diagonal + usize::from(left != right))
                    .min(above + 1)
                    .min(beside + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

fn unknown_key(name: &str) -> String {
    let near = KEYS.iter().map(|key| (distance(name, key), key)).min();
    match near {
        Some((away, key)) if away <= 2 && away < name.len() => {
            format!("unknown key `{name}`; did you mean `{key}`?")
        }
        _ => format!("unknown key `{name}`"),
    }
}

/// The largest id that leaves the two flag bits free.
const MAX_ID: u64 = 0x3fff;

/// An attribute's id, which has 14 bits.
fn attr_id(id: LitInt) -> Result<LitInt> {
    if id.base10_parse::<u64>().is_ok_and(|id| id <= MAX_ID) {
        return Ok(id);
    }
    let message =
        format!("an attribute's id is a number up to {MAX_ID}; the two bits above are flags");
    Err(syn::Error::new(id.span(), message))
}

fn value<T: syn::parse::Parse>(meta: &ParseNestedMeta<'_>) -> Result<T> {
    meta.value()?.parse()
}

/// A type. It comes to stand in front of `as`, so what needs brackets there must have them.
fn ty(input: ParseStream<'_>) -> Result<Type> {
    Type::without_plus(input)
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
            "attr" => self.attr = Some(attr_id(value(meta)?)?),
            "key" => self.key = Some(value(meta)?),
            "data" => self.data = Some(attr_id(value(meta)?)?),
            "key_as" => self.key_as = Some(ty(meta.value()?)?),
            "as" => self.as_ = Some(ty(meta.value()?)?),
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
            "by_c" => self.by_c = Some(value(meta)?),
            "or" => {
                let input = meta.value()?;
                if input.peek(Lit) {
                    self.or_case = Some(input.parse()?);
                } else {
                    self.or = Some(input.parse()?);
                }
            }
            "groups" => self.groups = true,
            "headless" => self.headless = true,
            "length" => self.hidden.push(Hidden::Length(value(meta)?)),
            "counts" => {
                let content;
                syn::parenthesized!(content in meta.input);
                let list =
                    content.parse_terminated(<Ident as syn::parse::Parse>::parse, Token![,])?;
                self.counts = list.into_iter().collect();
            }
            "pad" => self.hidden.push(Hidden::Pad(value(meta)?)),
            "count" => self.count(meta)?,
            "bits" => self.bits = Some(value(meta)?),
            "tail" => self.tail = true,
            "rest" => self.rest = true,
            "grows" => self.grows = Some(value(meta)?),
            "pad_end" => self.pad_end = Some(value(meta)?),
            "short_header" => self.short_header = Some(value(meta)?),
            "provide" => self.provide = Some(value(meta)?),
            "whole" => self.whole = true,
            "pads" => {
                let content;
                syn::parenthesized!(content in meta.input);
                let list =
                    content.parse_terminated(<LitInt as syn::parse::Parse>::parse, Token![,])?;
                self.pads = list.into_iter().map(attr_id).collect::<Result<_>>()?;
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
            "required" => self.required = true,
            "packed" => self.packed = true,
            "zeroed" => self.zeroed = true,
            "dump_only" => self.dump_only = true,
            "lead" => self.lead = Some(ty(meta.value()?)?),
            "also" => {
                let content;
                syn::parenthesized!(content in meta.input);
                let list =
                    content.parse_terminated(<LitInt as syn::parse::Parse>::parse, Token![,])?;
                self.also = list.into_iter().collect();
            }
            "genl" => self.genl = Some(value(meta)?),
            "version" => self.version = Some(value(meta)?),
            "part" => {
                let content;
                syn::parenthesized!(content in meta.input);
                let shift = content.parse()?;
                content.parse::<Token![,]>()?;
                self.part = Some((shift, content.parse()?));
            }
            _ => return Err(meta.error(unknown_key(&name))),
        }
        Ok(())
    }

    fn count(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let content;
        let paren = syn::parenthesized!(content in meta.input);
        let of = if content.peek(syn::token::Bracket) {
            let list;
            syn::bracketed!(list in content);
            let list = list.parse_terminated(<Ident as syn::parse::Parse>::parse, Token![,])?;
            list.into_iter().collect()
        } else {
            vec![content.parse()?]
        };
        content.parse::<Token![,]>()?;
        let repr = ty(&content)?;
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
                return Err(syn::Error::new(
                    word.span(),
                    "expected `bits`, `bytes` or `bias = …`",
                ));
            }
        }
        self.hidden.push(Hidden::Count {
            of,
            repr,
            unit,
            bias,
        });
        Ok(())
    }

    /// Refuses keys that the place does not take.
    pub(crate) fn only(&self, place: &str, allowed: &[&str]) -> Result<()> {
        match self
            .keys
            .iter()
            .find(|(key, _)| !allowed.contains(&key.as_str()))
        {
            Some((key, span)) if allowed.is_empty() => Err(syn::Error::new(
                *span,
                format!("`{key}` does not apply to {place}, which takes no key"),
            )),
            Some((key, span)) => {
                let allowed = allowed
                    .iter()
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                Err(syn::Error::new(
                    *span,
                    format!("`{key}` does not apply to {place}, which takes {allowed}"),
                ))
            }
            None => Ok(()),
        }
    }

    /// Whether a key was written.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|(name, _)| name == key)
    }

    /// Where a key stands.
    pub(crate) fn key_span(&self, key: &str) -> Span {
        let found = self
            .keys
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, span)| *span);
        found.or(self.span).unwrap_or_else(Span::call_site)
    }
}

/// The C names in `#[doc(alias = "…")]`, in order.
pub(crate) fn c_names(attrs: &[Attribute]) -> Vec<String> {
    let mut names = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if !matches!(attr.meta, syn::Meta::List(_)) {
            continue;
        }
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
    names
        .into_iter()
        .next()
        .unwrap_or_else(|| own.trim_start_matches("r#").to_owned())
}
