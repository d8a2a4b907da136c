//! Types: what a type expression means in a file.

use super::Cx;
use super::index::{DefId, Item};
use crate::diag::Sp;
use crate::model::{Category, Int, Named, Scalar, Type};
use crate::resolve::index::module_path;
use crate::syntax::TypeExpr;

impl Cx<'_, '_> {
    /// Resolves a type. `from` is the definition that refers to it.
    pub(super) fn ty(&mut self, file: usize, from: DefId, expr: &TypeExpr) -> Option<Type> {
        let name = &expr.name.value;
        if name == "char" {
            if expr.len.is_none() {
                self.diags
                    .error(expr.span(), "`char` needs a length")
                    .help("write `char[16]`, or `string` for text of any length");
            }
            return expr.len.map(Type::Chars);
        }
        if name == "pad" {
            self.diags
                .error(expr.span(), "only a struct has padding")
                .help("attributes that only pad are listed in `pads = […]` of the set");
            return None;
        }
        let item = if let Some(int) = Int::from_name(name) {
            Type::Int(int)
        } else if let Some(scalar) = Scalar::from_name(name) {
            Type::Scalar(scalar)
        } else {
            let def = self.named(file, from, &expr.name)?;
            self.reference(def)
        };
        match expr.len {
            None => Some(item),
            Some(len) => self.array(expr, item, len),
        }
    }

    fn array(&mut self, expr: &TypeExpr, item: Type, len: u64) -> Option<Type> {
        let message = match &item {
            Type::Int(Int { big: true, .. }) => {
                "an array of big-endian integers has no form in Rust yet"
            }
            Type::Scalar(scalar) if scalar.layout().is_none() || *scalar == Scalar::Inet => {
                "the elements of an array need a fixed size"
            }
            Type::Named(named) if matches!(named.category, Category::Set | Category::Union) => {
                "the elements of an array need a fixed size"
            }
            _ => return Some(Type::Array(Box::new(item), len)),
        };
        self.diags.error(expr.span(), message);
        None
    }

    /// Looks up a definition and notes who refers to it.
    pub(super) fn named(&mut self, file: usize, from: DefId, name: &Sp<String>) -> Option<DefId> {
        let text = name.value.as_str();
        if let Some(def) = self.index.lookup(file, text) {
            self.graph.edge(from, def);
            return Some(def);
        }
        let builtins = Int::NAMES
            .into_iter()
            .chain(Scalar::ALL.iter().map(|(name, _)| *name));
        let candidates: Vec<&str> = self
            .index
            .visible(file)
            .chain(builtins)
            .chain(["char"])
            .collect();
        let diag = self
            .diags
            .error(name.span, format!("unknown type `{text}`"));
        match self.index.elsewhere(text) {
            Some(path) => diag.help(format!("add \"{path}\" to `use` of this file's [module]")),
            None => diag.nearest(text, candidates),
        };
        None
    }

    /// The type that refers to a definition.
    pub(super) fn reference(&self, def: DefId) -> Type {
        let category = self.category(def);
        let (module, name) = match self.index.defs.get(def) {
            Some(def) => {
                let path = self
                    .files
                    .get(def.file)
                    .map_or("", |file| file.path.as_str());
                (module_path(path), def.head.name.value.clone())
            }
            None => (Vec::new(), String::new()),
        };
        Type::Named(Named {
            module,
            name,
            category,
        })
    }

    /// What a definition is.
    pub(super) fn category(&self, def: DefId) -> Category {
        // A wrong repr is reported where it stands; the width then does not matter.
        let int = |name: &Sp<String>| {
            Int::from_name(&name.value).unwrap_or(Int {
                bits: 32,
                signed: false,
                big: false,
            })
        };
        match self.index.defs.get(def).map(|def| def.item) {
            Some(Item::Enumeration(item)) if item.flags => Category::Flags(int(&item.repr)),
            Some(Item::Enumeration(item)) => Category::Enum(int(&item.repr)),
            Some(Item::Unit(item)) => Category::Unit(int(&item.repr)),
            Some(Item::Parts(item)) => Category::Parts(int(&item.repr)),
            Some(Item::Set(_)) => Category::Set,
            Some(Item::Union(_)) => Category::Union,
            Some(Item::Structure(_)) | None => Category::Struct,
        }
    }

    /// The definition behind a reference.
    pub(super) fn def_of(&self, named: &Named) -> Option<DefId> {
        self.index.find(&named.module, &named.name)
    }

    /// Number of a definition of this file.
    pub(super) fn own(&self, file: usize, name: &Sp<String>) -> Option<DefId> {
        self.index
            .defs
            .iter()
            .position(|def| def.file == file && def.head.name.span == name.span)
    }
}
