//! From syntax to model: looks up every name, checks every fact. One file per pass; `resolve` lists their order.

mod boxing;
mod enumeration;
mod index;
mod message;
mod parts;
mod reach;
mod selection;
mod selector;
mod set;
mod size;
mod structure;
mod ty;
mod union;

use crate::diag::{Diags, Span};
use crate::model::{Constant, Int, Meta, Module, Protocol};
use crate::syntax::{File, Head};
use crate::{ident, resolve};
use index::Index;
use reach::Graph;
use selection::Selections;
use size::Sizes;

/// What all passes share.
struct Cx<'f, 'd> {
    files: &'f [File],
    index: Index<'f>,
    /// Who refers to whom.
    graph: Graph,
    /// Sizes of structs on the wire.
    sizes: Sizes,
    /// Where the selectors of unions stand.
    selections: Selections,
    diags: &'d mut Diags,
}

/// Resolves all files. What is broken is reported and left out of the model, so a model counts only if nothing was.
pub(crate) fn resolve(files: &[File], diags: &mut Diags) -> Protocol {
    // 1. Names: what is defined where, and what each file sees.
    let index = Index::new(files, diags);
    let graph = Graph::new(index.defs.len());
    let mut cx = Cx {
        files,
        index,
        graph,
        sizes: Sizes::default(),
        selections: Selections::default(),
        diags,
    };
    // 2. Sizes of structs, on which their users depend.
    cx.sizes = size::sizes(&mut cx);
    // 3. Where the selectors of unions stand.
    cx.selections = selection::selections(&mut cx);
    // 4. Every definition by itself.
    let modules: Vec<Module> = (0..files.len())
        .filter_map(|file| cx.module(file))
        .collect();
    // 5. Families of messages, which may span files.
    let families = message::families(&mut cx);
    // 6. What nothing leads to, and selectors that nothing provides.
    reach::check(&mut cx);
    let mut protocol = Protocol { modules, families };
    for module in &mut protocol.modules {
        for structure in &mut module.structures {
            let found = cx.index.find(&module.path, &structure.meta.name);
            structure.standalone = found.is_none_or(|def| cx.graph.standalone(def));
        }
    }
    // 7. What stands behind a pointer, by the sizes that all of this comes to; a broken model may have none.
    if cx.diags.is_empty() {
        boxing::settle(&mut protocol);
    }
    protocol
}

impl<'f> Cx<'f, '_> {
    fn module(&mut self, file: usize) -> Option<Module> {
        let syntax = self.files.get(file)?;
        let path = index::module_path(&syntax.path);
        let mut constants = Vec::new();
        for constant in &syntax.constants {
            constants.extend(self.constant(file, constant));
        }
        let mut enumerations = Vec::new();
        for enumeration in &syntax.enumerations {
            enumerations.extend(resolve::enumeration::enumeration(self, file, enumeration));
        }
        let mut units = Vec::new();
        for unit in &syntax.units {
            units.extend(resolve::enumeration::unit(self, file, unit));
        }
        let mut parts = Vec::new();
        for item in &syntax.parts {
            parts.extend(resolve::parts::parts(self, file, item));
        }
        let mut structures = Vec::new();
        for structure in &syntax.structures {
            structures.extend(resolve::structure::structure(self, file, structure));
        }
        let mut sets = Vec::new();
        for set in &syntax.sets {
            sets.extend(resolve::set::set(self, file, set));
        }
        let mut unions = Vec::new();
        for union in &syntax.unions {
            unions.extend(resolve::union::union(self, file, union));
        }
        Some(Module {
            source: syntax.path.clone(),
            path,
            doc: syntax.module.doc.clone(),
            feature: self.feature(file),
            header: syntax.module.header.clone(),
            family: syntax
                .module
                .family
                .as_ref()
                .map(|family| family.value.clone()),
            protocols: message::protocols(self, syntax),
            constants,
            enumerations,
            units,
            parts,
            structures,
            sets,
            unions,
            ioctls: message::ioctls(self, file),
            groups: message::groups(self, syntax),
        })
    }

    /// The Cargo feature that a file is behind; its name has the form of one.
    fn feature(&mut self, file: usize) -> Option<String> {
        let feature = self.files.get(file)?.module.feature.as_ref()?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if feature.value.is_empty() || !feature.value.chars().all(plain) {
            self.refuse(
                feature.span,
                "a feature is named in lower case, with `-` between words",
            );
        }
        Some(feature.value.clone())
    }

    fn constant(&mut self, file: usize, constant: &crate::syntax::Constant) -> Option<Constant> {
        let Some(ty) = Int::from_name(&constant.ty.value).filter(|ty| !ty.big) else {
            let message = format!("`{}` is not an integer type of Rust", constant.ty.value);
            self.diags.error(constant.ty.span, message).nearest(
                &constant.ty.value,
                Int::NAMES.into_iter().filter(|n| !n.starts_with('b')),
            );
            return None;
        };
        let value = &constant.value;
        if !ty.holds(value.value) {
            self.diags
                .error(value.span, format!("{} does not fit in {ty}", value.value));
            return None;
        }
        let name = ident::upper(&constant.head.name.value);
        let c = name.clone();
        let meta = self.meta(file, &constant.head, name, c);
        Some(Constant {
            meta,
            ty,
            value: value.value,
            literal: constant.literal.clone(),
        })
    }

    /// What a definition has in common with all others.
    fn meta(&self, file: usize, head: &Head, name: String, default_c: String) -> Meta {
        let module = self.files.get(file).map(|file| &file.module);
        let header = head
            .header
            .clone()
            .or_else(|| module.and_then(|m| m.header.clone()));
        Meta {
            name,
            c: head.c.clone().unwrap_or(default_c),
            header,
            since: head.since.clone(),
            doc: head.doc.clone(),
        }
    }

    /// Checks a repr and returns its integer.
    fn int(&mut self, name: &str, span: Span) -> Option<Int> {
        let int = Int::from_name(name);
        if int.is_none() {
            self.diags
                .error(span, format!("`{name}` is not an integer type"))
                .help(format!("the integer types are: {}", Int::NAMES.join(", ")))
                .nearest(name, Int::NAMES);
        }
        int
    }

    /// Reports that two keys, or a key and a type, do not go together.
    fn refuse(&mut self, span: Span, message: impl Into<String>) -> &mut crate::diag::Diag {
        self.diags.error(span, message)
    }
}
