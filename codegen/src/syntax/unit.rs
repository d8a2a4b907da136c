//! `[unit.X]`.

use super::Head;
use super::table::Value;
use crate::diag::{Diags, Sp};

/// A time in ticks of a fixed length.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) head: Head,
    pub(crate) repr: Sp<String>,
    pub(crate) per_second: Sp<u64>,
    pub(crate) forever: Option<Sp<i128>>,
    /// `forever` as written; empty if it is not.
    pub(crate) literal: String,
}

pub(super) fn unit(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Unit> {
    let mut table = value.table("unit", name.span, diags)?;
    let repr = table.need_text("repr", diags);
    let per_second = table.need_count("per_second", diags);
    let forever = table.int("forever", diags);
    let literal = table.literal("forever");
    let head = Head::read(name, &mut table, diags);
    table.finish("[unit]", diags);
    Some(Unit {
        head: head?,
        repr: repr?,
        per_second: per_second?,
        forever,
        literal,
    })
}
