//! One file in the making: its imports and its items.

use crate::model::{Named, Protocol, Type};
use crate::{Options, ident};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Collects what a file says.
pub(super) struct Writer<'o> {
    options: &'o Options,
    protocol: &'o Protocol,
    /// The module the file is.
    path: Vec<String>,
    /// Names by the feature that they are behind, where it is not that of the file itself, and by their module.
    imports: BTreeMap<(Option<String>, String), BTreeSet<String>>,
    /// Arguments of `#[nl(…)]`, which stand in for themselves until the item is printed: the printer would put spaces
    /// between the tokens of what is not Rust.
    args: Vec<String>,
    items: Vec<String>,
}

impl<'o> Writer<'o> {
    pub(super) fn new(options: &'o Options, protocol: &'o Protocol, path: &[String]) -> Self {
        Self {
            options,
            protocol,
            path: path.to_vec(),
            imports: BTreeMap::new(),
            args: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Brings a type of the runtime into scope.
    pub(super) fn wire(&mut self, name: &str) -> String {
        self.import(format!("{}::wire", self.options.runtime), name)
    }

    /// Brings a macro into scope.
    pub(super) fn macros(&mut self, name: &str) -> Ident {
        self.import("nlgen_macros".to_owned(), name);
        word(name)
    }

    /// Brings a type of the standard library into scope.
    pub(super) fn net(&mut self, name: &str) -> String {
        self.import("std::net".to_owned(), name)
    }

    /// Brings a definition into scope.
    pub(super) fn named(&mut self, named: &Named) -> String {
        if named.module != self.path {
            let module = format!("{}::{}", self.options.generated, named.module.join("::"));
            let feature = self.foreign_feature(&named.module);
            self.imports
                .entry((feature, module))
                .or_default()
                .insert(named.name.clone());
        }
        named.name.clone()
    }

    fn import(&mut self, module: String, name: &str) -> String {
        self.imports
            .entry((None, module))
            .or_default()
            .insert(name.to_owned());
        name.to_owned()
    }

    fn feature(&self, module: &[String]) -> Option<&'o str> {
        let module = self
            .protocol
            .modules
            .iter()
            .find(|other| other.path == module)?;
        module.feature.as_deref()
    }

    /// The feature that a module is behind, unless this file is behind it too.
    fn foreign_feature(&self, module: &[String]) -> Option<String> {
        let feature = self.feature(module)?;
        (self.feature(&self.path) != Some(feature)).then(|| feature.to_owned())
    }

    /// The condition of what leads to a module, if there is one.
    pub(super) fn cfg(&self, module: &[String]) -> TokenStream {
        match self.foreign_feature(module) {
            Some(feature) => quote!(#[cfg(feature = #feature)]),
            None => TokenStream::new(),
        }
    }

    /// The condition of what leads to a type, if there is one.
    pub(super) fn cfg_of(&self, ty: &Type) -> TokenStream {
        ty.named()
            .map(|named| self.cfg(&named.module))
            .unwrap_or_default()
    }

    /// `#[nl(…)]`, or nothing without arguments.
    pub(super) fn nl(&mut self, args: &[String]) -> TokenStream {
        if args.is_empty() {
            return TokenStream::new();
        }
        let stand_in = word(&stand_in(self.args.len()));
        self.args.push(args.join(", "));
        quote!(#[nl(#stand_in)])
    }

    /// Adds an item.
    pub(super) fn item(&mut self, tokens: TokenStream) {
        let text = tokens.to_string();
        let mut text = match syn::parse2::<syn::File>(tokens) {
            Ok(file) => prettyplease::unparse(&file),
            // Items are built from checked names; should one be wrong all the same, the compiler will say so.
            Err(_) => text,
        };
        for (number, args) in self.args.drain(..).enumerate() {
            text = text.replace(&stand_in(number), &args);
        }
        self.items.push(text);
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items with the imports they need, one empty line between them.
    pub(super) fn body(&self) -> String {
        let mut parts = Vec::new();
        let mut uses = String::new();
        for ((feature, module), names) in &self.imports {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if let Some(feature) = feature {
                uses.push_str(&format!("#[cfg(feature = \"{feature}\")]\n"));
            }
            match names.as_slice() {
                [name] => uses.push_str(&format!("use {module}::{name};\n")),
                names => uses.push_str(&format!("use {module}::{{{}}};\n", names.join(", "))),
            }
        }
        if !uses.is_empty() {
            parts.push(uses);
        }
        parts.extend(self.items.iter().cloned());
        parts.join("\n")
    }
}

fn stand_in(number: usize) -> String {
    format!("__nl_{number}__")
}

/// A file: where it comes from, what it is about, and what it says.
pub(super) fn file(origin: &str, doc: &str, body: &str) -> String {
    let mut text = format!("// @generated by `cargo xtask regen` from {origin}. Do not edit.\n\n");
    for line in super::doc::wrap(&super::doc::sentence(doc), 95) {
        text.push_str(format!("//! {line}").trim_end());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(body);
    text
}

/// An identifier. Names are checked long before; a wrong one becomes one that does not compile rather than a panic.
pub(super) fn word(name: &str) -> Ident {
    match syn::parse_str(name) {
        Ok(ident) => ident,
        Err(_) => {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            Ident::new(
                &format!("invalid_{}", ident::snake(&plain)),
                Span::call_site(),
            )
        }
    }
}

/// Tokens of a type or a number, which come from checked parts.
pub(super) fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}
