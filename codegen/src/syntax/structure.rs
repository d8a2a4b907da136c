//! `[struct.X]`.

use super::Head;
use super::table::Value;
use super::type_expr::{self, TypeExpr};
use crate::diag::{Diags, Sp};

/// A fixed C struct, with what may follow it.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) head: Head,
    /// Smallest size ever sent.
    pub(crate) grows: Option<Sp<u64>>,
    /// Members follow each other without padding.
    pub(crate) packed: bool,
    /// The layout is that of 64-bit hosts: the C struct has `long` members, pointers or larger alignments.
    pub(crate) words64: bool,
    pub(crate) fields: Vec<Field>,
}

/// A member of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Sp<String>,
    pub(crate) ty: TypeExpr,
    pub(crate) doc: Option<String>,
    pub(crate) c: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) wire: Option<Sp<String>>,
    pub(crate) len: Option<Sp<u64>>,
    pub(crate) bits: Option<Sp<u64>>,
    pub(crate) select: Option<Sp<String>>,
    pub(crate) counts: Vec<Sp<String>>,
    /// The member is the length of the record that the struct is.
    pub(crate) length: Option<Sp<bool>>,
    pub(crate) unit: Option<Sp<String>>,
    pub(crate) bias: Option<Sp<i128>>,
    pub(crate) list: Option<Sp<String>>,
    pub(crate) rest: Option<Sp<bool>>,
}

pub(super) fn structure(
    name: Sp<String>,
    value: Value<'_>,
    diags: &mut Diags,
) -> Option<Structure> {
    let mut table = value.table("struct", name.span, diags)?;
    let grows = table.count("grows", diags);
    let packed = table
        .bool("packed", diags)
        .is_some_and(|packed| packed.value);
    let words64 = table.bool("words64", diags).is_some_and(|on| on.value);
    let rows = table.names("field", diags);
    if rows.is_empty() {
        diags.error(table.span, format!("`{}` has no fields", name.value));
    }
    let fields = rows
        .into_iter()
        .filter_map(|(name, row)| field(name, row, diags))
        .collect();
    let head = Head::read(name, &mut table, diags);
    table.finish("[struct]", diags);
    Some(Structure {
        head: head?,
        grows,
        packed,
        words64,
        fields,
    })
}

fn field(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Field> {
    let mut table = value.table(&name.value, name.span, diags)?;
    let ty = type_expr::need(&mut table, diags);
    let doc = table.text("doc", diags).map(|doc| doc.value);
    let c = table.c_path("c", diags).map(|c| c.value);
    let since = table.since(diags);
    let wire = table.text("wire", diags);
    let len = table.count("len", diags);
    let bits = table.count("bits", diags);
    let select = table.text("select", diags);
    let counts = table.texts("counts", diags);
    let length = table.bool("length", diags);
    let unit = table.text("unit", diags);
    let bias = table.int("bias", diags);
    let list = table.text("list", diags);
    let rest = table.bool("rest", diags);
    table.finish("a struct field", diags);
    let ty = ty?;
    Some(Field {
        name,
        ty,
        doc,
        c,
        since,
        wire,
        len,
        bits,
        select,
        counts,
        length,
        unit,
        bias,
        list,
        rest,
    })
}
