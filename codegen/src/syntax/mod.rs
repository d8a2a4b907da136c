//! What the TOML says, with places; one file per construct. Nothing is looked up here.

mod constant;
mod enumeration;
mod include;
mod ioctl;
mod message;
mod module;
mod parts;
mod set;
mod structure;
mod table;
mod type_expr;
mod union;
mod unit;

pub(crate) use constant::Constant;
pub(crate) use enumeration::Enumeration;
pub(crate) use ioctl::{Group, Ioctl};
pub(crate) use message::Message;
pub(crate) use module::{Genl, Module, Protocol};
pub(crate) use parts::Parts;
pub(crate) use set::{Attr, Set, Shape};
pub(crate) use structure::{Field, Structure};
pub(crate) use type_expr::TypeExpr;
pub(crate) use union::{Case, DefaultCase, Key, Union};
pub(crate) use unit::Unit;

use crate::diag::{Diags, Source, Sp, Span};
use table::Table;
use toml::de::DeTable;

/// A spec file.
#[derive(Debug)]
pub(crate) struct File {
    /// Path below the spec directory.
    pub(crate) path: String,
    pub(crate) module: Module,
    pub(crate) protocols: Vec<Protocol>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) enumerations: Vec<Enumeration>,
    pub(crate) units: Vec<Unit>,
    pub(crate) parts: Vec<Parts>,
    pub(crate) structures: Vec<Structure>,
    pub(crate) sets: Vec<Set>,
    pub(crate) unions: Vec<Union>,
    pub(crate) messages: Vec<Message>,
    pub(crate) ioctls: Vec<Ioctl>,
    pub(crate) groups: Vec<Group>,
}

/// What all definitions have in common.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) name: Sp<String>,
    pub(crate) c: Option<String>,
    pub(crate) doc: String,
    pub(crate) header: Option<String>,
    pub(crate) since: Option<String>,
    /// Wanted although no message leads here.
    pub(crate) root: bool,
}

impl Head {
    fn read(name: Sp<String>, table: &mut Table<'_>, diags: &mut Diags) -> Option<Self> {
        let c = table.c_name("c", diags).map(|c| c.value);
        let doc = table.doc(diags);
        let header = table.header(diags);
        let since = table.since(diags);
        let root = table.bool("root", diags).is_some_and(|root| root.value);
        Some(Self {
            name,
            c,
            doc: doc?,
            header,
            since,
            root,
        })
    }
}

/// Parses one file; what is broken is reported and left out.
pub(crate) fn parse(source: &Source, file: usize, diags: &mut Diags) -> Option<File> {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        diags.error(
            Span::new(file, span),
            format!("not TOML: {}", error.message()),
        );
    }
    if !errors.is_empty() {
        // What follows a syntax error is guesswork, and would be reported as mistakes nobody made.
        return None;
    }
    let mut table = Table::new(root.get_ref(), Span::new(file, 0..0));
    let module = match table.take("module") {
        Some(value) => {
            let span = value.span;
            value
                .table("module", span, diags)
                .and_then(|table| module::module(table, diags))
        }
        None => {
            table.missing("module", diags);
            None
        }
    };
    macro_rules! section {
        ($key:literal, $read:expr) => {{
            let rows = table.names($key, diags);
            rows.into_iter()
                .filter_map(|(name, value)| $read(name, value, diags))
                .collect()
        }};
    }
    let mut protocols: Vec<Protocol> = section!("protocol", module::protocol);
    let genl: Vec<Protocol> = section!("genl", module::genl);
    protocols.extend(genl);
    let constants = section!("const", constant::constant);
    let mut enumerations: Vec<Enumeration> =
        section!("enum", |name, value, diags| enumeration::enumeration(
            name, value, false, diags
        ));
    let flags: Vec<Enumeration> = section!("flags", |name, value, diags| enumeration::enumeration(
        name, value, true, diags
    ));
    enumerations.extend(flags);
    // Enums and flags are two sections of the file but one group in the output.
    enumerations.sort_by_key(|enumeration| enumeration.head.name.span);
    let units = section!("unit", unit::unit);
    let parts = section!("parts", parts::parts);
    let structures = section!("struct", structure::structure);
    let sets = include::expand(section!("set", set::set), diags);
    let unions = section!("union", union::union);
    let messages = section!("message", message::message);
    let ioctls = section!("ioctl", ioctl::ioctl);
    let groups = section!("group", ioctl::group);
    table.finish("a spec file", diags);
    Some(File {
        path: source.path.clone(),
        module: module?,
        protocols,
        constants,
        enumerations,
        units,
        parts,
        structures,
        sets,
        unions,
        messages,
        ioctls,
        groups,
    })
}
