//! `[ioctl.x]` and `[group.x]`.

use super::Head;
use super::table::Value;
use crate::diag::{Diags, Sp};

/// A request code of ioctl(2).
#[derive(Clone, Debug)]
pub(crate) struct Ioctl {
    pub(crate) head: Head,
    pub(crate) code: Sp<u64>,
    /// The struct that goes with it.
    pub(crate) body: Option<Sp<String>>,
}

/// A multicast group, by number or by name.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) head: Head,
    pub(crate) id: Option<Sp<u64>>,
    pub(crate) name: Option<Sp<String>>,
}

pub(super) fn ioctl(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Ioctl> {
    let mut table = value.table("ioctl", name.span, diags)?;
    let code = table.need_count("code", diags);
    let body = table.text("body", diags);
    let head = Head::read(name, &mut table, diags);
    table.finish("[ioctl]", diags);
    Some(Ioctl {
        head: head?,
        code: code?,
        body,
    })
}

pub(super) fn group(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Group> {
    let mut table = value.table("group", name.span, diags)?;
    let id = table.count("id", diags);
    let group_name = table.text("name", diags);
    if id.is_none() == group_name.is_none() {
        diags
            .error(
                name.span,
                format!("group `{}` needs either `id` or `name`", name.value),
            )
            .help("protocols number their groups; generic netlink families name them");
    }
    let head = Head::read(name, &mut table, diags);
    table.finish("[group]", diags);
    Some(Group {
        head: head?,
        id,
        name: group_name,
    })
}
