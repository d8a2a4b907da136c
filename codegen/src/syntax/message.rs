//! `[message.x]`.

use super::table::Value;
use crate::diag::{Diags, Sp};

/// A message of a protocol family.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) name: Sp<String>,
    pub(crate) id: Sp<u64>,
    pub(crate) c: Option<String>,
    pub(crate) doc: String,
    pub(crate) since: Option<String>,
    pub(crate) header: Option<String>,
    pub(crate) body: Option<Sp<String>>,
    pub(crate) reply: Option<Sp<String>>,
    pub(crate) answer: Option<Sp<String>>,
    pub(crate) dump: bool,
    /// Who sends it, where its number means something else the other way.
    pub(crate) dir: Option<Sp<String>>,
    /// What a request for a dump carries, where that is not the body.
    pub(crate) dump_body: Option<Sp<String>>,
}

pub(super) fn message(name: Sp<String>, value: Value<'_>, diags: &mut Diags) -> Option<Message> {
    let mut table = value.table("message", name.span, diags)?;
    let id = table.need_count("id", diags);
    let c = table.c_name("c", diags).map(|c| c.value);
    let doc = table.doc(diags);
    let since = table.since(diags);
    let header = table.header(diags);
    let body = table.text("body", diags);
    let reply = table.text("reply", diags);
    let answer = table.text("answer", diags);
    let dump = table.bool("dump", diags).is_some_and(|dump| dump.value);
    let dir = table.text("dir", diags);
    let dump_body = table.text("dump_body", diags);
    table.finish("[message]", diags);
    Some(Message {
        name,
        id: id?,
        c,
        doc: doc?,
        since,
        header,
        body,
        reply,
        answer,
        dump,
        dir,
        dump_body,
    })
}
