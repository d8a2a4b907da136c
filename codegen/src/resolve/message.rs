//! Pass 5: protocols, messages, groups and ioctl requests.

use super::Cx;
use super::index::{DefId, Item, module_path};
use crate::diag::{Sp, Span};
use crate::ident;
use crate::model::{
    Category, Direction, Family, Genl, Group, Ioctl, Message, Meta, Named, NetlinkProtocol, Reply,
    Type,
};
use crate::syntax::{self, File};
use std::collections::BTreeMap;

pub(super) fn protocols(cx: &mut Cx<'_, '_>, file: &File) -> Vec<NetlinkProtocol> {
    let mut list = Vec::new();
    for protocol in &file.protocols {
        let Ok(id) = u16::try_from(protocol.id.value) else {
            cx.refuse(protocol.id.span, "a protocol is a number from 0 to 65535");
            continue;
        };
        let head = &protocol.head;
        let upper = ident::upper(&head.name.value);
        let default = match protocol.genl {
            Some(_) => format!("{upper}_GENL_NAME"),
            None => format!("NETLINK_{upper}"),
        };
        let name = head.c.clone().unwrap_or(default);
        let meta = Meta {
            name: ident::upper(&name),
            c: name,
            header: head.header.clone().or_else(|| file.module.header.clone()),
            since: head.since.clone(),
            doc: head.doc.clone(),
        };
        let genl = protocol.genl.as_ref().map(|genl| genl_of(cx, genl));
        list.push(NetlinkProtocol { meta, id, genl });
    }
    list
}

fn genl_of(cx: &mut Cx<'_, '_>, genl: &syntax::Genl) -> Genl {
    let version = u8::try_from(genl.version.value);
    if version.is_err() {
        cx.refuse(genl.version.span, "a version has 8 bits");
    }
    // GENL_NAMSIZ counts the NUL.
    if genl.name.value.is_empty() || genl.name.value.len() > 15 {
        cx.refuse(genl.name.span, "the name of a family has 1 to 15 bytes");
    }
    Genl {
        name: genl.name.value.clone(),
        version: version.unwrap_or_default(),
        version_c: genl.version_c.clone(),
    }
}

pub(super) fn ioctls(cx: &mut Cx<'_, '_>, file: usize) -> Vec<Ioctl> {
    let Some(syntax) = cx.files.get(file) else {
        return Vec::new();
    };
    let mut list = Vec::new();
    for ioctl in &syntax.ioctls {
        let Ok(code) = u32::try_from(ioctl.code.value) else {
            cx.refuse(ioctl.code.span, "a request code has 32 bits");
            continue;
        };
        let body = ioctl
            .body
            .as_ref()
            .and_then(|body| body_type(cx, file, body));
        let c = ident::upper(&ioctl.head.name.value);
        let mut meta = cx.meta(file, &ioctl.head, c.clone(), c);
        meta.name.clone_from(&meta.c);
        list.push(Ioctl { meta, code, body });
    }
    list
}

pub(super) fn groups(cx: &mut Cx<'_, '_>, file: &File) -> Vec<Group> {
    let mut list = Vec::new();
    let mut ids: BTreeMap<u64, Span> = BTreeMap::new();
    for group in &file.groups {
        let id = match &group.id {
            None => None,
            Some(id) => {
                if let Some(before) = ids.insert(id.value, id.span) {
                    cx.refuse(id.span, format!("group {} stands twice", id.value))
                        .related(before, "first here");
                }
                let number = u32::try_from(id.value).ok().filter(|number| *number > 0);
                if number.is_none() {
                    cx.refuse(id.span, "a group is a number from 1 to 4294967295");
                }
                number
            }
        };
        let head = &group.head;
        let name = ident::upper(&head.name.value);
        let meta = Meta {
            c: head.c.clone().unwrap_or_else(|| name.clone()),
            name,
            header: head.header.clone().or_else(|| file.module.header.clone()),
            since: head.since.clone(),
            doc: head.doc.clone(),
        };
        list.push(Group {
            meta,
            id,
            name: group.name.as_ref().map(|name| name.value.clone()),
        });
    }
    let numbered = file.groups.iter().find(|group| group.id.is_some());
    if let (Some(group), None) = (numbered, &file.module.family) {
        cx.refuse(
            group.head.name.span,
            "a numbered group belongs to a protocol family",
        )
        .help("add `family = \"…\"` to [module]");
    }
    list
}

/// Messages and groups of all files, by family.
pub(super) fn families(cx: &mut Cx<'_, '_>) -> Vec<Family> {
    let files = cx.files;
    check_protocols(cx);
    let mut names: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        match &file.module.family {
            Some(family) if is_protocol(cx, family) => {
                names.entry(family.value.as_str()).or_default().push(number);
            }
            Some(_) => {}
            None => {
                if let Some(message) = file.messages.first() {
                    cx.refuse(message.name.span, "a message belongs to a protocol family")
                        .help("add `family = \"…\"` to [module]");
                }
            }
        }
    }
    let mut families = Vec::new();
    for (name, members) in names {
        families.extend(family(cx, name, &members));
    }
    families
}

fn check_protocols(cx: &mut Cx<'_, '_>) {
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    let mut ids: BTreeMap<u64, Span> = BTreeMap::new();
    for protocol in cx.files.iter().flat_map(|file| &file.protocols) {
        let name = &protocol.head.name;
        if let Some(before) = names.insert(&name.value, name.span) {
            cx.diags
                .error(
                    name.span,
                    format!("protocol `{}` is defined twice", name.value),
                )
                .related(before, "first here");
        }
        let id = &protocol.id;
        if protocol.genl.is_some() {
            continue;
        }
        if let Some(before) = ids.insert(id.value, id.span) {
            cx.diags
                .error(id.span, format!("protocol {} stands twice", id.value))
                .related(before, "first here");
        }
    }
}

fn is_protocol(cx: &mut Cx<'_, '_>, family: &Sp<String>) -> bool {
    let files = cx.files;
    let names = || {
        files
            .iter()
            .flat_map(|file| &file.protocols)
            .map(|p| p.head.name.value.as_str())
    };
    let known = names().any(|name| name == family.value);
    if !known {
        cx.diags
            .error(
                family.span,
                format!("no protocol is called `{}`", family.value),
            )
            .help("families are the protocols defined by `[protocol.x]` in some file")
            .nearest(&family.value, names());
    }
    known
}

fn family(cx: &mut Cx<'_, '_>, name: &str, members: &[usize]) -> Option<Family> {
    let files = cx.files;
    let mut protocols = files.iter().flat_map(|file| &file.protocols);
    let protocol = protocols.find(|protocol| protocol.head.name.value == name)?;
    let of_family = || members.iter().filter_map(|file| files.get(*file));
    let all: Vec<&syntax::Message> = of_family().flat_map(|file| &file.messages).collect();
    let (mut names, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for message in &all {
        let variant = ident::camel(&message.name.value);
        if variant == "Other" {
            cx.refuse(
                message.name.span,
                "`other` is what the family calls unknown messages",
            );
        }
        if let Some(before) = names.insert(variant, message.name.span) {
            cx.refuse(
                message.name.span,
                format!("`{}` stands twice in the family", message.name.value),
            )
            .related(before, "first here");
        }
        let dir = message.dir.as_ref().map(|dir| dir.value.as_str());
        let taken = match dir {
            Some(dir) => ids
                .get(&(message.id.value, None))
                .or(ids.get(&(message.id.value, Some(dir)))),
            None => ids
                .iter()
                .find(|((id, _), _)| *id == message.id.value)
                .map(|(_, span)| span),
        };
        let taken: Option<Span> = taken.copied();
        ids.insert((message.id.value, dir), message.id.span);
        if let Some(before) = taken {
            cx.refuse(
                message.id.span,
                format!("message {} stands twice in the family", message.id.value),
            )
            .related(before, "first here");
        }
    }
    let mut with_groups = of_family().filter(|file| file.groups.iter().any(|g| g.id.is_some()));
    let (first, second) = (with_groups.next(), with_groups.next());
    if let Some((first, second)) = first
        .and_then(|f| f.groups.first())
        .zip(second.and_then(|f| f.groups.first()))
    {
        cx.refuse(
            second.head.name.span,
            "the groups of a family stand in one file",
        )
        .related(first.head.name.span, "there are some here");
    }
    let mut messages = Vec::new();
    for &file in members {
        let module = files
            .get(file)
            .map(|file| module_path(&file.path))
            .unwrap_or_default();
        let header = files.get(file).and_then(|file| file.module.header.clone());
        for syntax in files
            .get(file)
            .map(|file| file.messages.as_slice())
            .unwrap_or_default()
        {
            messages.extend(message(cx, file, syntax, &all, &module, header.clone()));
        }
    }
    messages.sort_by_key(|message| message.id);
    let default = || format!("NETLINK_{}", ident::upper(name));
    Some(Family {
        name: name.to_owned(),
        protocol: u16::try_from(protocol.id.value).ok()?,
        subsystems: protocol.subsystems,
        genl: protocol.genl.as_ref().map(|genl| genl_of(cx, genl)),
        c: protocol.head.c.clone().unwrap_or_else(default),
        doc: protocol.head.doc.clone(),
        messages,
    })
}

fn message(
    cx: &mut Cx<'_, '_>,
    file: usize,
    syntax: &syntax::Message,
    all: &[&syntax::Message],
    module: &[String],
    header: Option<String>,
) -> Option<Message> {
    let id = u16::try_from(syntax.id.value);
    if id.is_err() {
        cx.refuse(syntax.id.span, "a message type has 16 bits");
    }
    let reply = match &syntax.reply {
        None => Reply::Ack,
        Some(reply) => match reply.value.as_str() {
            "ack" => Reply::Ack,
            "one" => Reply::One,
            "optional" => Reply::Optional,
            "many" => Reply::Many,
            other => {
                let words = ["ack", "one", "optional", "many"];
                cx.diags
                    .error(reply.span, format!("unknown reply `{other}`"))
                    .help(format!("the replies are: {}", words.join(", ")))
                    .nearest(other, words);
                Reply::Ack
            }
        },
    };
    let answer = match &syntax.answer {
        None => None,
        Some(answer) => match all
            .iter()
            .find(|message| message.name.value == answer.value)
        {
            Some(message) => u16::try_from(message.id.value).ok(),
            None => {
                let names = all.iter().map(|message| message.name.value.as_str());
                cx.diags
                    .error(
                        answer.span,
                        format!("no message of the family is called `{}`", answer.value),
                    )
                    .nearest(&answer.value, names);
                None
            }
        },
    };
    if syntax.answer.is_none() && (syntax.dump || reply != Reply::Ack) {
        cx.refuse(syntax.name.span, "missing key `answer`")
            .label("needs `answer`")
            .help("name the message that carries the reply or the items of the dump");
    }
    let direction = match syntax.dir.as_ref() {
        None => Direction::Both,
        Some(dir) => match dir.value.as_str() {
            "read" => Direction::Read,
            "write" => Direction::Write,
            other => {
                cx.diags
                    .error(dir.span, format!("unknown direction `{other}`"))
                    .help("a message of both directions has no `dir`")
                    .nearest(other, ["read", "write"]);
                Direction::Both
            }
        },
    };
    let body = syntax
        .body
        .as_ref()
        .and_then(|body| body_type(cx, file, body));
    let dump_body = syntax
        .dump_body
        .as_ref()
        .and_then(|body| body_type(cx, file, body));
    if let Some(body) = syntax.dump_body.as_ref().filter(|_| !syntax.dump) {
        cx.refuse(
            body.span,
            "only a message that asks for dumps has a `dump_body`",
        )
        .help("add `dump = true`");
    }
    let upper = ident::upper(&syntax.name.value);
    let meta = Meta {
        name: ident::camel(&syntax.name.value),
        c: syntax.c.clone().unwrap_or(upper),
        header: syntax.header.clone().or(header),
        since: syntax.since.clone(),
        doc: syntax.doc.clone(),
    };
    Some(Message {
        meta,
        id: id.ok()?,
        module: module.to_vec(),
        body,
        dump_body,
        reply,
        answer,
        dump: syntax.dump,
        direction,
    })
}

/// The set or struct that a message or a request carries.
fn body_type(cx: &mut Cx<'_, '_>, file: usize, name: &Sp<String>) -> Option<Named> {
    let Some(def) = cx.index.lookup(file, &name.value) else {
        let names: Vec<&str> = cx.index.visible(file).collect();
        let diag = cx
            .diags
            .error(name.span, format!("unknown type `{}`", name.value));
        match cx.index.elsewhere(&name.value) {
            Some(path) => diag.help(format!("add \"{path}\" to `use` of this file's [module]")),
            None => diag.nearest(&name.value, names),
        };
        return None;
    };
    cx.graph.root(def);
    match cx.reference(def) {
        Type::Named(named) if matches!(named.category, Category::Set | Category::Struct) => {
            Some(named)
        }
        Type::Named(named) if cx.leads(def) => Some(named),
        _ => {
            cx.refuse(
                name.span,
                format!(
                    "`{}` is neither a set nor a struct, nor a union with `lead`",
                    name.value
                ),
            );
            None
        }
    }
}

impl Cx<'_, '_> {
    /// Whether a definition is a union whose selector is the front of its own payload.
    fn leads(&self, def: DefId) -> bool {
        let item = self.index.defs.get(def).map(|def| def.item);
        matches!(item, Some(Item::Union(union)) if union.lead.is_some())
    }
}
