//! `[module]` and `[protocol.x]`.

use super::Head;
use super::table::{Table, Value};
use crate::diag::{Diags, Sp, Span};

/// What a file says about itself.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) span: Span,
    pub(crate) doc: String,
    pub(crate) header: Option<String>,
    /// The protocol family its messages belong to.
    pub(crate) family: Option<Sp<String>>,
    /// The Cargo feature that the module is behind.
    pub(crate) feature: Option<Sp<String>>,
    /// Dotted paths of definitions in other files.
    pub(crate) uses: Vec<Sp<String>>,
}

/// A netlink protocol.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(crate) head: Head,
    /// Its number; that of a generic netlink family where it is fixed, else 0.
    pub(crate) id: Sp<u64>,
    pub(crate) genl: Option<Genl>,
    /// The high byte of a message type is a subsystem; C names the low byte.
    pub(crate) subsystems: bool,
}

/// What makes a protocol a family of generic netlink.
#[derive(Clone, Debug)]
pub(crate) struct Genl {
    pub(crate) name: Sp<String>,
    pub(crate) version: Sp<u64>,
    /// Name of the version in C.
    pub(crate) version_c: Option<String>,
}

pub(super) fn module(mut table: Table<'_>, diags: &mut Diags) -> Option<Module> {
    let span = table.span;
    let doc = table.doc(diags);
    let header = table.header(diags);
    let family = table.text("family", diags);
    let feature = table.text("feature", diags);
    let items = table.list("use", diags);
    let uses = items
        .into_iter()
        .filter_map(|item| item.text("use", diags))
        .collect();
    table.finish("[module]", diags);
    Some(Module {
        span,
        doc: doc?,
        header,
        family,
        feature,
        uses,
    })
}

pub(super) fn protocol(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Protocol> {
    let mut table = value.table("protocol", name.span, diags)?;
    let id = table.need_count("id", diags);
    let subsystems = table.bool("subsystems", diags).is_some_and(|on| on.value);
    let head = Head::read(name, &mut table, diags);
    table.finish("[protocol]", diags);
    Some(Protocol {
        head: head?,
        id: id?,
        genl: None,
        subsystems,
    })
}

pub(super) fn genl(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Protocol> {
    let mut table = value.table("genl", name.span, diags)?;
    let family = table.need_text("name", diags);
    let version = table.need_count("version", diags);
    let version_c = table.c_name("version_c", diags).map(|c| c.value);
    let id = table.count("id", diags).unwrap_or(name.span.with(0));
    let head = Head::read(name, &mut table, diags);
    table.finish("[genl]", diags);
    let genl = Genl {
        name: family?,
        version: version?,
        version_c,
    };
    Some(Protocol {
        head: head?,
        id,
        genl: Some(genl),
        subsystems: false,
    })
}
