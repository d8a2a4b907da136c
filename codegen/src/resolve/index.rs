//! Pass 1: what is defined where, what each file sees, and whether every name has the right form.

use crate::diag::{Diags, Sp, Span};
use crate::ident;
use crate::model::{Int, Scalar};
use crate::syntax::{Enumeration, File, Head, Parts, Set, Structure, Union, Unit};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// Number of a definition.
pub(super) type DefId = usize;

/// A definition that types can refer to.
pub(super) struct Def<'f> {
    pub(super) head: &'f Head,
    pub(super) file: usize,
    pub(super) item: Item<'f>,
}

/// What a definition is.
#[derive(Clone, Copy)]
pub(super) enum Item<'f> {
    Enumeration(&'f Enumeration),
    Unit(&'f Unit),
    Parts(&'f Parts),
    Structure(&'f Structure),
    Set(&'f Set),
    Union(&'f Union),
}

/// A name that a file sees.
struct Seen<'f> {
    def: DefId,
    /// Where `use` brings it in; `None` for the file's own.
    import: Option<Span>,
    text: &'f str,
    used: Cell<bool>,
}

/// All definitions, and who sees which.
pub(super) struct Index<'f> {
    pub(super) defs: Vec<Def<'f>>,
    scopes: Vec<BTreeMap<&'f str, Seen<'f>>>,
    /// Dotted paths of all definitions.
    paths: BTreeMap<String, DefId>,
}

/// The Rust module of a spec file.
pub(super) fn module_path(path: &str) -> Vec<String> {
    let stem = path.strip_suffix(".toml").unwrap_or(path);
    stem.split('/').map(str::to_owned).collect()
}

impl<'f> Index<'f> {
    pub(super) fn new(files: &'f [File], diags: &mut Diags) -> Self {
        let mut index = Self {
            defs: Vec::new(),
            scopes: Vec::new(),
            paths: BTreeMap::new(),
        };
        check_modules(files, diags);
        for (number, file) in files.iter().enumerate() {
            check_names(file, diags);
            let mut scope = BTreeMap::new();
            let prefix = module_path(&file.path).join(".");
            for (head, item) in definitions(file) {
                let name = head.name.value.as_str();
                let def = index.defs.len();
                let seen = Seen {
                    def,
                    import: None,
                    text: name,
                    used: Cell::new(true),
                };
                if let Some(before) = scope.insert(name, seen) {
                    let first = index.defs.get(before.def).map(|def| def.head.name.span);
                    let diag = diags.error(
                        head.name.span,
                        format!("`{name}` is defined twice in this file"),
                    );
                    if let Some(first) = first {
                        diag.related(first, "first defined here");
                    }
                }
                index.paths.insert(format!("{prefix}.{name}"), def);
                index.defs.push(Def {
                    head,
                    file: number,
                    item,
                });
            }
            index.scopes.push(scope);
        }
        for (number, file) in files.iter().enumerate() {
            for path in &file.module.uses {
                index.import(number, path, diags);
            }
        }
        index
    }

    fn import(&mut self, file: usize, path: &'f Sp<String>, diags: &mut Diags) {
        let text = path.value.as_str();
        let Some(&def) = self.paths.get(text) else {
            let last = text.rsplit('.').next().unwrap_or(text);
            let same_name = self
                .paths
                .keys()
                .find(|p| p.rsplit('.').next() == Some(last))
                .cloned();
            let diag = diags.error(path.span, format!("no definition has the path `{text}`"));
            diag.help(
                "a path is that of the spec file with dots, then the name: `core.AddressFamily`",
            );
            match same_name {
                Some(path) => diag.help(format!("did you mean `{path}`?")),
                None => diag.nearest(text, self.paths.keys().map(String::as_str)),
            };
            return;
        };
        let Some(name) = self.defs.get(def).map(|def| def.head.name.value.as_str()) else {
            return;
        };
        if self.defs.get(def).is_some_and(|def| def.file == file) {
            diags
                .error(path.span, format!("`{name}` is defined in this file"))
                .help("remove it");
            return;
        }
        let Some(scope) = self.scopes.get_mut(file) else {
            return;
        };
        let seen = Seen {
            def,
            import: Some(path.span),
            text,
            used: Cell::new(false),
        };
        if let Some(before) = scope.get(name) {
            let first = before
                .import
                .or(self.defs.get(before.def).map(|def| def.head.name.span));
            let diag = diags.error(path.span, format!("this file already has a `{name}`"));
            if let Some(first) = first {
                diag.related(first, "the other one");
            }
            return;
        }
        scope.insert(name, seen);
    }

    /// What a name means in a file.
    pub(super) fn lookup(&self, file: usize, name: &str) -> Option<DefId> {
        let seen = self.scopes.get(file)?.get(name)?;
        seen.used.set(true);
        Some(seen.def)
    }

    /// The definition of a name in a module.
    pub(super) fn find(&self, module: &[String], name: &str) -> Option<DefId> {
        self.paths
            .get(&format!("{}.{name}", module.join(".")))
            .copied()
    }

    /// Names that a file sees.
    pub(super) fn visible(&self, file: usize) -> impl Iterator<Item = &str> {
        self.scopes
            .get(file)
            .into_iter()
            .flat_map(|scope| scope.keys().copied())
    }

    /// Path of a definition of that name in some other file.
    pub(super) fn elsewhere(&self, name: &str) -> Option<&str> {
        let found = self
            .paths
            .keys()
            .find(|path| path.rsplit('.').next() == Some(name));
        found.map(String::as_str)
    }

    /// `use` entries that nothing in their file needs.
    pub(super) fn unused_imports(&self) -> impl Iterator<Item = (Span, &str)> {
        self.scopes
            .iter()
            .flat_map(BTreeMap::values)
            .filter(|seen| !seen.used.get())
            .filter_map(|seen| Some((seen.import?, seen.text)))
    }
}

fn definitions(file: &File) -> Vec<(&Head, Item<'_>)> {
    let mut list: Vec<(&Head, Item<'_>)> = Vec::new();
    list.extend(
        file.enumerations
            .iter()
            .map(|item| (&item.head, Item::Enumeration(item))),
    );
    list.extend(file.units.iter().map(|item| (&item.head, Item::Unit(item))));
    list.extend(
        file.parts
            .iter()
            .map(|item| (&item.head, Item::Parts(item))),
    );
    list.extend(
        file.structures
            .iter()
            .map(|item| (&item.head, Item::Structure(item))),
    );
    list.extend(file.sets.iter().map(|item| (&item.head, Item::Set(item))));
    list.extend(
        file.unions
            .iter()
            .map(|item| (&item.head, Item::Union(item))),
    );
    list.sort_by_key(|(head, _)| head.name.span);
    list
}

/// File names become module names, and a file cannot stand beside a directory of the same name.
fn check_modules(files: &[File], diags: &mut Diags) {
    let directories: BTreeSet<Vec<String>> = files
        .iter()
        .map(|file| {
            let mut path = module_path(&file.path);
            path.pop();
            path
        })
        .collect();
    for file in files {
        let path = module_path(&file.path);
        for part in &path {
            if !ident::is_snake(part) || ident::is_keyword(part) {
                let message = format!(
                    "`{part}` in the path `{}` cannot name a Rust module",
                    file.path
                );
                diags
                    .error(file.module.span, message)
                    .help("rename the file to a snake_case word");
            }
        }
        if directories
            .iter()
            .any(|directory| directory.starts_with(&path))
        {
            let message = format!(
                "`{}` and a directory of that name are one Rust module",
                file.path
            );
            diags
                .error(file.module.span, message)
                .help("move the file into the directory");
        }
    }
}

/// Every name that becomes one in Rust has the form it has there.
fn check_names(file: &File, diags: &mut Diags) {
    for (head, item) in definitions(file) {
        camel(&head.name, diags);
        match item {
            Item::Enumeration(item) => {
                item.entries
                    .iter()
                    .for_each(|entry| snake(&entry.name, diags));
            }
            Item::Structure(item) => {
                item.fields
                    .iter()
                    .for_each(|entry| field(&entry.name, diags));
            }
            Item::Set(item) => item
                .attrs
                .iter()
                .for_each(|entry| field(&entry.name, diags)),
            Item::Union(item) => {
                item.cases
                    .iter()
                    .for_each(|entry| snake(&entry.name, diags));
                let default = item
                    .default
                    .as_ref()
                    .and_then(|default| default.name.as_ref());
                default.into_iter().for_each(|name| snake(name, diags));
            }
            Item::Parts(item) => item
                .parts
                .iter()
                .for_each(|entry| field(&entry.name, diags)),
            Item::Unit(_) => {}
        }
    }
    file.constants
        .iter()
        .for_each(|item| snake(&item.head.name, diags));
    file.protocols
        .iter()
        .for_each(|item| snake(&item.head.name, diags));
    file.messages
        .iter()
        .for_each(|item| snake(&item.name, diags));
    file.ioctls
        .iter()
        .for_each(|item| snake(&item.head.name, diags));
    file.groups
        .iter()
        .for_each(|item| snake(&item.head.name, diags));
}

fn snake(name: &Sp<String>, diags: &mut Diags) {
    let text = name.value.as_str();
    if !ident::is_snake(text) {
        let better = ident::suggest_snake(text);
        let diag = diags.error(name.span, format!("`{text}` is not in snake_case"));
        if !better.is_empty() {
            diag.help(format!("write `{better}`"));
        }
    }
}

fn field(name: &Sp<String>, diags: &mut Diags) {
    snake(name, diags);
    let text = name.value.as_str();
    if ident::is_keyword(text) {
        diags
            .error(name.span, format!("`{text}` is a Rust keyword"))
            .help("choose another word and give the C name with `c = \"…\"`");
    } else if ident::is_reserved_field(text) {
        diags
            .error(
                name.span,
                format!("`{text}` is a name of the generated types' own"),
            )
            .help("choose another word and give the C name with `c = \"…\"`");
    }
}

fn camel(name: &Sp<String>, diags: &mut Diags) {
    let text = name.value.as_str();
    if !ident::is_camel(text) {
        let better = ident::suggest_camel(text);
        let diag = diags.error(name.span, format!("`{text}` is not in CamelCase"));
        if !better.is_empty() {
            diag.help(format!("write `{better}`"));
        }
    } else if ident::is_taken(text) {
        diags
            .error(
                name.span,
                format!("`{text}` would hide a type that generated code needs"),
            )
            .help("put a word in front that says whose it is");
    } else if Int::from_name(text).is_some() || Scalar::from_name(text).is_some() {
        diags.error(name.span, format!("`{text}` is a builtin type"));
    }
}
