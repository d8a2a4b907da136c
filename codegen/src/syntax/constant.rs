//! `[const.x]`.

use super::Head;
use super::table::Value;
use crate::diag::{Diags, Sp};

/// A number with a name.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub(crate) head: Head,
    pub(crate) value: Sp<i128>,
    /// The value as written.
    pub(crate) literal: String,
    pub(crate) ty: Sp<String>,
}

pub(super) fn constant(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Constant> {
    let mut table = value.table("const", name.span, diags)?;
    let number = table.need_int("value", diags);
    let literal = table.literal("value");
    let ty = table.need_text("type", diags);
    let head = Head::read(name, &mut table, diags);
    table.finish("[const]", diags);
    Some(Constant {
        head: head?,
        value: number?,
        literal,
        ty: ty?,
    })
}
