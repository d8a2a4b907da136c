//! `[set.X]`.

use super::Head;
use super::table::{Table, Value};
use super::type_expr::{self, TypeExpr};
use crate::diag::{Diags, Sp};

/// A set of attributes, with the struct in front of them.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) head: Head,
    pub(crate) prefix: Option<String>,
    pub(crate) header_struct: Option<Sp<String>>,
    pub(crate) short_header: Option<Sp<u64>>,
    pub(crate) provide: Option<Sp<String>>,
    /// A request replaces all of it.
    pub(crate) whole: bool,
    /// What is `"inherited"` comes from whoever decodes the message.
    pub(crate) context: bool,
    pub(crate) pads: Vec<Sp<i128>>,
    /// Only there to be included.
    pub(crate) template: bool,
    pub(crate) include: Option<Include>,
    pub(crate) attrs: Vec<Attr>,
}

/// Attributes that a set takes from a template, or from another set.
#[derive(Clone, Debug)]
pub(crate) struct Include {
    pub(crate) set: Sp<String>,
    /// Names of the attributes wanted; all of them if absent.
    pub(crate) only: Option<Vec<Sp<String>>>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub(crate) struct Attr {
    pub(crate) name: Sp<String>,
    pub(crate) id: Sp<u64>,
    pub(crate) shape: Shape,
    pub(crate) doc: String,
    pub(crate) c: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) dir: Option<Sp<String>>,
    pub(crate) nested: Option<Sp<bool>>,
    pub(crate) byteorder: Option<Sp<bool>>,
    pub(crate) tag: Option<Sp<String>>,
    pub(crate) select: Option<Sp<String>>,
    /// Selector that stands in for an absent tag.
    pub(crate) or: Option<Sp<String>>,
    /// Other names in C.
    pub(crate) alias: Vec<Sp<String>>,
    pub(crate) boxed: Option<Sp<bool>>,
    pub(crate) required: Option<Sp<bool>>,
    /// No kernel sends or reads it.
    pub(crate) retired: Option<Sp<bool>>,
}

/// The form of a payload: what attributes and union cases have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) ty: TypeExpr,
    pub(crate) wire: Option<Sp<String>>,
    /// Names of the bits of a `bitfield32`.
    pub(crate) flags: Option<Sp<String>>,
    pub(crate) nul: Option<Sp<bool>>,
    pub(crate) list: Option<Sp<String>>,
    pub(crate) base: Option<Sp<u64>>,
    pub(crate) item: Option<Sp<u64>>,
    pub(crate) item_c: Option<String>,
    pub(crate) max: Option<Sp<u64>>,
    pub(crate) min: Option<Sp<u64>>,
    pub(crate) range: Option<(Sp<i128>, Sp<i128>)>,
}

pub(super) fn set(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Set> {
    let mut table = value.table("set", name.span, diags)?;
    let prefix = table.c_name("prefix", diags).map(|prefix| prefix.value);
    let header_struct = table.text("header_struct", diags);
    let short_header = table.count("short_header", diags);
    let provide = table.text("provide", diags);
    let whole = table.bool("whole", diags).is_some_and(|whole| whole.value);
    let context = table
        .bool("context", diags)
        .is_some_and(|context| context.value);
    let items = table.list("pads", diags);
    let pads = items
        .into_iter()
        .filter_map(|item| item.int("pads", diags))
        .collect();
    let template = table
        .bool("template", diags)
        .is_some_and(|template| template.value);
    let include = table
        .take("include")
        .and_then(|value| include(value, diags));
    let rows = table.names("attr", diags);
    let attrs = rows
        .into_iter()
        .filter_map(|(name, row)| attr(name, row, diags))
        .collect();
    let head = Head::read(name, &mut table, diags);
    table.finish("[set]", diags);
    Some(Set {
        head: head?,
        prefix,
        header_struct,
        short_header,
        provide,
        whole,
        context,
        pads,
        template,
        include,
        attrs,
    })
}

fn include(value: Value<'_>, diags: &mut Diags) -> Option<Include> {
    if value.is_text() {
        let set = value.text("include", diags)?;
        return Some(Include { set, only: None });
    }
    let mut table = value.table("include", value.span, diags)?;
    let set = table.need_text("set", diags);
    let items = table.list("only", diags);
    let only = items
        .into_iter()
        .filter_map(|item| item.text("only", diags))
        .collect();
    table.finish("`include`", diags);
    Some(Include {
        set: set?,
        only: Some(only),
    })
}

fn attr(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Attr> {
    let mut table = value.table(&name.value, name.span, diags)?;
    let id = table.need_count("id", diags);
    let ty = type_expr::need(&mut table, diags);
    let doc = table.doc(diags);
    let c = table.c_name("c", diags).map(|c| c.value);
    let since = table.since(diags);
    let dir = table.text("dir", diags);
    let nested = table.bool("nested", diags);
    let byteorder = table.bool("byteorder", diags);
    let tag = table.text("tag", diags);
    let select = table.text("select", diags);
    let or = table.text("or", diags);
    let alias = table.c_names("alias", diags);
    let boxed = table.bool("boxed", diags);
    let required = table.bool("required", diags);
    let retired = table.bool("retired", diags);
    let shape = shape(&mut table, ty, diags);
    table.finish("an attribute", diags);
    let (id, doc, shape) = (id?, doc?, shape?);
    Some(Attr {
        name,
        id,
        shape,
        doc,
        c,
        since,
        dir,
        nested,
        byteorder,
        tag,
        select,
        or,
        alias,
        boxed,
        required,
        retired,
    })
}

/// Takes the keys of a payload.
pub(super) fn shape(
    table: &mut Table<'_>,
    ty: Option<TypeExpr>,
    diags: &mut Diags,
) -> Option<Shape> {
    let wire = table.text("wire", diags);
    let flags = table.text("flags", diags);
    let nul = table.bool("nul", diags);
    let list = table.text("list", diags);
    let base = table.count("base", diags);
    let item = table.count("item", diags);
    let item_c = table.c_name("item_c", diags).map(|c| c.value);
    let max = table.count("max", diags);
    let min = table.count("min", diags);
    let range = range(table, diags);
    Some(Shape {
        ty: ty?,
        wire,
        flags,
        nul,
        list,
        base,
        item,
        item_c,
        max,
        min,
        range,
    })
}

fn range(table: &mut Table<'_>, diags: &mut Diags) -> Option<(Sp<i128>, Sp<i128>)> {
    let whole = table.take("range")?;
    let mut list = Table::values(whole, "range", diags)?.into_iter();
    match (list.next(), list.next(), list.next()) {
        (Some(low), Some(high), None) => {
            let (low, high) = (low.int("range", diags)?, high.int("range", diags)?);
            if low.value > high.value {
                diags
                    .error(whole.span, "the range is empty")
                    .help("write the smaller limit first");
                return None;
            }
            Some((low, high))
        }
        _ => {
            diags.error(
                whole.span,
                "`range` must be a list of two integers, such as `[0, 4094]`",
            );
            None
        }
    }
}
