//! Any text as input of any macro: what a fuzzer feeds, and what it found once.
//!
//! Not part of the macros. `fuzz/fuzz_targets/derive.rs` takes the modules beside this one into a program of its own, since a crate
//! of macros exports nothing else.

use crate::{attrs, kind, layout, messages, names, parts, time};
use proc_macro2::TokenStream;
use syn::parse_str;

/// Longer texts, and deeper ones, are work for the parser of Rust, not for what is here.
const LONGEST: usize = 4096;
const DEEPEST: usize = 32;

/// Expands a macro, and panics if it does, or if what comes out is no Rust.
///
/// The first line is a letter that says which macro, and the arguments of an attribute macro; the rest is the item.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // A field of a type with several bounds is no field that a derive here takes; the compiler will say so.
    if text.len() > LONGEST || depth(text) > DEEPEST || text.contains('+') {
        return;
    }
    let (first, item) = text.split_once('\n').unwrap_or(("", text));
    let mut letters = first.chars();
    let number = letters.next().map_or(0, |letter| u32::from(letter) % 8);
    // Texts that are no items never come to a macro.
    let Some(expanded) = expand(number, letters.as_str(), item) else {
        return;
    };
    let tokens = expanded.unwrap_or_else(syn::Error::into_compile_error);
    if let Err(error) = syn::parse2::<syn::File>(tokens.clone()) {
        panic!("what comes out is no Rust: {error}\n{tokens}");
    }
}

fn expand(number: u32, args: &str, item: &str) -> Option<syn::Result<TokenStream>> {
    let derive = |expand: fn(&syn::DeriveInput) -> syn::Result<TokenStream>| {
        parse_str(item).ok().map(|input| expand(&input))
    };
    // `a` is the first macro.
    match (number + 7) % 8 {
        0 => derive(attrs::expand),
        1 => derive(layout::expand),
        2 => derive(kind::expand),
        3 => derive(messages::expand),
        4 => derive(time::expand),
        attribute => {
            let repr: names::Repr = match parse_str(args) {
                Ok(repr) => repr,
                Err(error) => return Some(Err(error)),
            };
            Some(match attribute {
                5 => names::open_enum(&repr, &parse_str(item).ok()?),
                6 => names::flags(&repr, &parse_str(item).ok()?),
                _ => parts::parts(&repr, &parse_str(item).ok()?),
            })
        }
    }
}

/// How deep brackets, and operators without a comma between them, can stand in each other.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut operators) = (0usize, 0, 0);
    for letter in text.chars() {
        match letter {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            ',' | ';' => operators = 0,
            _ if letter.is_alphanumeric() || letter.is_whitespace() => {}
            _ => operators += 1,
        }
        deepest = deepest.max(depth).max(operators / 4);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn findings_stay_fixed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions/derive");
        let mut count = 0;
        for entry in std::fs::read_dir(root).into_iter().flatten() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            super::run(&std::fs::read(path).unwrap());
            count += 1;
        }
        assert!(count > 0, "no input");
    }

    #[test]
    fn each_macro_is_reached() {
        let macros = [
            ("a", "struct A { unknown: Unknown }"),
            ("b", "struct A { b: u8 }"),
            (
                "c",
                "#[nl(key = int)] enum A { #[nl(other)] Other(Vec<u8>) }",
            ),
            (
                "d",
                "#[nl(protocol = 1)] enum A { #[nl(other)] Other { kind: u16, body: Vec<u8> } }",
            ),
            ("e", "#[nl(per_second = 1)] struct A(u32);"),
            ("fu8", "enum A { B = 1 }"),
            ("gu8", "enum A { B = 1 }"),
            ("hu8", "struct A { #[nl(part(0, 4))] b: u8 }"),
        ];
        for (number, (first, item)) in macros.iter().enumerate() {
            let number = number as u32;
            let letter = first.chars().next().unwrap();
            let expanded = super::expand(u32::from(letter) % 8, &first[1..], item).unwrap();
            if let Err(error) = expanded {
                panic!("{item}: {error}");
            }
            assert_eq!((u32::from(letter) % 8 + 7) % 8, number);
            super::run(format!("{first}\n{item}").as_bytes());
        }
    }
}
