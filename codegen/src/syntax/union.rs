//! `[union.X]`.

use super::Head;
use super::set::{self, Shape};
use super::table::{Table, Value};
use super::type_expr::{self, TypeExpr};
use crate::diag::{Diags, Sp, Span};

/// A choice of payloads by a selector that stands elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    pub(crate) head: Head,
    pub(crate) key: Sp<String>,
    /// The integer at the front of the payload that is the selector.
    pub(crate) lead: Option<Sp<String>>,
    /// Bytes in a struct, where the largest case has fewer.
    pub(crate) size: Option<Sp<u64>>,
    pub(crate) cases: Vec<Case>,
    pub(crate) default: Option<DefaultCase>,
}

/// One choice.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: Sp<String>,
    pub(crate) key: Option<Key>,
    /// Further keys of the case.
    pub(crate) more: Vec<Sp<i128>>,
    /// Key in what stands in for an absent tag.
    pub(crate) or: Option<Key>,
    /// Whether the payload begins with the selector, in a union where that is so.
    pub(crate) lead: Option<Sp<bool>>,
    /// Absent for a kind without data.
    pub(crate) shape: Option<Shape>,
    pub(crate) doc: Option<String>,
    pub(crate) c: Option<String>,
    pub(crate) since: Option<String>,
}

/// The selector of a case.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// A kind by name.
    Text(Sp<String>),
    /// A kind by number.
    Number(Sp<i128>),
}

/// The payload of every other selector.
#[derive(Clone, Debug)]
pub(crate) struct DefaultCase {
    pub(crate) name: Option<Sp<String>>,
    pub(crate) ty: TypeExpr,
    pub(crate) doc: Option<String>,
    pub(crate) span: Span,
}

pub(super) fn union(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Union> {
    let mut table = value.table("union", name.span, diags)?;
    let key = table.need_text("key", diags);
    let lead = table.text("lead", diags);
    let size = table.count("size", diags);
    let rows = table.names("case", diags);
    if rows.is_empty() {
        diags.error(table.span, format!("`{}` has no cases", name.value));
    }
    let cases = rows
        .into_iter()
        .filter_map(|(name, row)| case(name, row, diags))
        .collect();
    let default = table
        .take("default")
        .and_then(|value| default(value, diags));
    let head = Head::read(name, &mut table, diags);
    table.finish("[union]", diags);
    Some(Union {
        head: head?,
        key: key?,
        lead,
        size,
        cases,
        default,
    })
}

fn case(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Case> {
    if value.is_text() {
        let ty = type_expr::parse(&value.text("case", diags)?, diags)?;
        let shape = Some(Shape::plain(ty));
        return Some(Case {
            name,
            key: None,
            more: Vec::new(),
            or: None,
            lead: None,
            shape,
            doc: None,
            c: None,
            since: None,
        });
    }
    let mut table = value.table(&name.value, name.span, diags)?;
    let mut more = Vec::new();
    let own = table.take("key").and_then(|key| {
        if key.is_list() {
            let all = Table::values(key, "key", diags)?;
            let mut all: Vec<Sp<i128>> = all
                .into_iter()
                .filter_map(|key| key.int("key", diags))
                .collect();
            if all.is_empty() {
                diags.error(key.span, "a case needs at least one key");
                return None;
            }
            more = all.split_off(1);
            all.pop().map(Key::Number)
        } else {
            self::key("key", key, diags)
        }
    });
    let lead = table.bool("lead", diags);
    let or = table.take("or").and_then(|or| key("or", or, diags));
    let ty = table.text("type", diags);
    let without_data = ty.is_none();
    let ty = ty.and_then(|text| type_expr::parse(&text, diags));
    let doc = table.text("doc", diags).map(|doc| doc.value);
    let c = table.c_name("c", diags).map(|c| c.value);
    let since = table.since(diags);
    let shape = set::shape(&mut table, ty, diags);
    table.finish("a case", diags);
    if shape.is_none() && !without_data {
        return None;
    }
    Some(Case {
        name,
        key: own,
        more,
        or,
        lead,
        shape,
        doc,
        c,
        since,
    })
}

fn key(name: &str, value: Value<'_>, diags: &mut Diags) -> Option<Key> {
    if value.is_text() {
        value.text(name, diags).map(Key::Text)
    } else {
        value.int(name, diags).map(Key::Number)
    }
}

fn default(value: Value<'_>, diags: &mut Diags) -> Option<DefaultCase> {
    let span = value.span;
    if value.is_text() {
        let ty = type_expr::parse(&value.text("default", diags)?, diags)?;
        return Some(DefaultCase {
            name: None,
            ty,
            doc: None,
            span,
        });
    }
    let mut table = value.table("default", span, diags)?;
    let name = table.text("name", diags);
    let ty = type_expr::need(&mut table, diags);
    let doc = table.text("doc", diags).map(|doc| doc.value);
    table.finish("`default`", diags);
    Some(DefaultCase {
        name,
        ty: ty?,
        doc,
        span,
    })
}

impl Shape {
    /// A payload that is one value of a type.
    fn plain(ty: TypeExpr) -> Self {
        Self {
            ty,
            wire: None,
            flags: None,
            nul: None,
            list: None,
            base: None,
            item: None,
            item_c: None,
            max: None,
            min: None,
            range: None,
        }
    }
}
