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
    /// Dotted paths of definitions in other files.
    pub(crate) uses: Vec<Sp<String>>,
}

/// A netlink protocol.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(crate) head: Head,
    pub(crate) id: Sp<u64>,
}

pub(super) fn module(mut table: Table<'_>, diags: &mut Diags) -> Option<Module> {
    let span = table.span;
    let doc = table.doc(diags);
    let header = table.header(diags);
    let family = table.text("family", diags);
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
        uses,
    })
}

pub(super) fn protocol(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Protocol> {
    let mut table = value.table("protocol", name.span, diags)?;
    let id = table.need_count("id", diags);
    let head = Head::read(name, &mut table, diags);
    table.finish("[protocol]", diags);
    Some(Protocol {
        head: head?,
        id: id?,
    })
}
