//! Documentation: wrapping, and the facts of the spec in words.

use crate::model::{Direction, List, Meta, Payload, Scalar, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// Text ends before this column, so that rustfmt leaves it alone.
const WIDTH: usize = 99;

/// Doc attributes for a text; `indent` is the column its `///` starts in.
pub(super) fn attrs(text: &str, indent: usize) -> TokenStream {
    let lines = wrap(text, WIDTH - indent - "/// ".len());
    let lines = lines.iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// An alias under which rustdoc finds the item, unless that is its name or nothing.
pub(super) fn alias(c: &str, name: &str) -> TokenStream {
    if c.is_empty() || c == name {
        TokenStream::new()
    } else {
        quote!(#[doc(alias = #c)])
    }
}

/// Breaks text into lines. Empty lines part paragraphs; other line ends are spaces.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.trim().split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// The documentation of something, with the kernel version it came with.
pub(super) fn with_since(meta: &Meta) -> String {
    let mut text = sentence(&meta.doc);
    if let Some(since) = &meta.since {
        text.push_str(&format!(" Since Linux {since}."));
    }
    text
}

/// The documentation of an attribute, with its limits and direction.
pub(super) fn of_attr(doc: &str, meta: &Meta, payload: &Payload, direction: Direction) -> String {
    let mut text = sentence(doc);
    for fact in facts(payload) {
        text.push(' ');
        text.push_str(&fact);
    }
    match direction {
        Direction::Both => {}
        Direction::Read => text.push_str(" Read only."),
        Direction::Write => text.push_str(" Write only."),
    }
    if let Some(since) = &meta.since {
        text.push_str(&format!(" Since Linux {since}."));
    }
    text
}

/// The limits of a payload in words.
pub(super) fn facts(payload: &Payload) -> Vec<String> {
    let what = match (&payload.list, &payload.ty) {
        (List::One, Type::Scalar(Scalar::String | Scalar::Bytes | Scalar::HwAddr)) => "byte",
        _ => "element",
    };
    let many = |number: u64| {
        if number == 1 {
            String::new()
        } else {
            "s".to_owned()
        }
    };
    let mut facts = Vec::new();
    match (payload.min, payload.max) {
        (Some(min), Some(max)) if min == max => {
            facts.push(format!("Exactly {max} {what}{}.", many(max)));
        }
        (Some(min), Some(max)) => facts.push(format!("From {min} to {max} {what}s.")),
        (Some(min), None) => facts.push(format!("At least {min} {what}{}.", many(min))),
        (None, Some(max)) => facts.push(format!("At most {max} {what}{}.", many(max))),
        (None, None) => {}
    }
    if let Some((low, high)) = payload.range {
        facts.push(format!("From {low} to {high}."));
    }
    facts
}

/// A text that ends as a sentence does.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':', ')', '`']) && !text.ends_with(['`', ')']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// Where C defines something, as a paragraph of its own; empty if the spec does not say.
pub(super) fn reference(header: Option<&str>, what: &str) -> String {
    match (header, what) {
        (None, _) => String::new(),
        (Some(header), "") => format!("\n\nDefined in `{header}`."),
        (Some(header), what) => format!("\n\nDefined in `{header}` as {what}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a\nb\n\nc", 9), ["a b", "", "c"]);
        assert_eq!(wrap("indivisible", 3), ["indivisible"]);
        assert_eq!(wrap("", 3), [""]);
    }

    #[test]
    fn sentences() {
        assert_eq!(sentence(" Text "), "Text.");
        assert_eq!(sentence("Text."), "Text.");
        assert_eq!(sentence("See `x`"), "See `x`.");
    }
}
