//! `[parts.X]`.

use super::Head;
use super::table::Value;
use super::type_expr::{self, TypeExpr};
use crate::diag::{Diags, Sp};

/// An integer with named ranges of bits.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) head: Head,
    pub(crate) repr: Sp<String>,
    pub(crate) parts: Vec<Part>,
}

/// A range of bits.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: Sp<String>,
    pub(crate) shift: Sp<u64>,
    pub(crate) bits: Sp<u64>,
    /// An enum or flags; absent for a plain number.
    pub(crate) ty: Option<TypeExpr>,
    pub(crate) doc: String,
}

pub(super) fn parts(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Parts> {
    let mut table = value.table("parts", name.span, diags)?;
    let repr = table.need_text("repr", diags);
    let rows = table.names("part", diags);
    if rows.is_empty() {
        diags
            .error(table.span, format!("`{}` has no parts", name.value))
            .help("add `part.some_name = { shift = 0, bits = 16, doc = \"…\" }`");
    }
    let parts = rows
        .into_iter()
        .filter_map(|(name, row)| part(name, row, diags))
        .collect();
    let head = Head::read(name, &mut table, diags);
    table.finish("[parts]", diags);
    Some(Parts {
        head: head?,
        repr: repr?,
        parts,
    })
}

fn part(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Part> {
    let mut table = value.table(&name.value, name.span, diags)?;
    let shift = table.need_count("shift", diags);
    let bits = table.need_count("bits", diags);
    let ty = table
        .text("type", diags)
        .and_then(|text| type_expr::parse(&text, diags));
    let doc = table.doc(diags);
    table.finish("a part", diags);
    Some(Part {
        name,
        shift: shift?,
        bits: bits?,
        ty,
        doc: doc?,
    })
}
