//! `[enum.X]` and `[flags.X]`.

use super::Head;
use super::table::Value;
use crate::diag::{Diags, Sp};

/// An open enum or a set of flags.
#[derive(Clone, Debug)]
pub(crate) struct Enumeration {
    pub(crate) head: Head,
    /// Whether values are bits that combine.
    pub(crate) flags: bool,
    pub(crate) repr: Sp<String>,
    pub(crate) prefix: Option<String>,
    /// The C constants are numbers of bits rather than masks.
    pub(crate) numbered: Option<Sp<bool>>,
    pub(crate) entries: Vec<Entry>,
}

/// A named value or bit.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Sp<String>,
    pub(crate) value: Sp<i128>,
    /// The value as written.
    pub(crate) literal: String,
    pub(crate) c: Option<String>,
    pub(crate) doc: String,
    pub(crate) since: Option<String>,
    /// The value may repeat an earlier one.
    pub(crate) alias: bool,
}

pub(super) fn enumeration(
    name: Sp<String>,
    value: Value<'_>,
    flags: bool,
    diags: &mut Diags,
) -> Option<Enumeration> {
    let (what, entry_key) = if flags {
        ("flags", "bit")
    } else {
        ("enum", "value")
    };
    let mut table = value.table(what, name.span, diags)?;
    let repr = table.need_text("repr", diags);
    let prefix = table.c_name("prefix", diags).map(|prefix| prefix.value);
    let numbered = table.bool("numbered", diags);
    let rows = table.names(entry_key, diags);
    if rows.is_empty() {
        let entries = if flags { "bits" } else { "values" };
        diags
            .error(table.span, format!("`{}` has no {entries}", name.value))
            .help(format!(
                "add `{entry_key}.some_name = {{ value = 1, doc = \"…\" }}`"
            ));
    }
    let entries = rows
        .into_iter()
        .filter_map(|(name, row)| entry(name, row, diags))
        .collect();
    let head = Head::read(name, &mut table, diags);
    table.finish(&format!("[{what}]"), diags);
    Some(Enumeration {
        head: head?,
        flags,
        repr: repr?,
        prefix,
        numbered,
        entries,
    })
}

fn entry(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Entry> {
    let mut table = value.table(&name.value, name.span, diags)?;
    let number = table.need_int("value", diags);
    let literal = table.literal("value");
    let c = table.c_name("c", diags).map(|c| c.value);
    let doc = table.doc(diags);
    let since = table.since(diags);
    let alias = table.bool("alias", diags).is_some_and(|alias| alias.value);
    table.finish("a value", diags);
    Some(Entry {
        name,
        value: number?,
        literal,
        c,
        doc: doc?,
        since,
        alias,
    })
}
