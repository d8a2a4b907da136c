//! Everything the specs define as one flat list, for whoever compares it with another source or looks a name up.

use super::{Member, Meta, Module, Payload, Protocol};

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message of a protocol.
    Message,
    /// An attribute of a set.
    Attribute,
    /// A bit of flags.
    Flag,
    /// A value of an enum.
    Enum,
    /// A number on its own; a protocol, too.
    Constant,
    /// A C struct.
    Struct,
    /// A member of a struct.
    Field,
    /// A multicast group.
    Group,
    /// A request code of ioctl(2).
    Ioctl,
}

/// One definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name in C; empty where C has none.
    pub c_name: String,
    /// The number, where it has one; the size of a struct in bytes on a 64-bit host.
    pub value: Option<i128>,
    /// What it is.
    pub kind: Kind,
    /// Protocol family, or the directory of the spec where it belongs to none.
    pub family: String,
    /// Rust name of the set, enum or struct that it is part of, or its own.
    pub set: String,
    /// The type as the spec writes it.
    pub ty: String,
    /// Header that defines it.
    pub header: Option<String>,
    /// Kernel version it came with.
    pub since: Option<String>,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Attribute => "attribute",
            Self::Flag => "flag",
            Self::Enum => "enum",
            Self::Constant => "constant",
            Self::Struct => "struct",
            Self::Field => "field",
            Self::Group => "group",
            Self::Ioctl => "ioctl",
        }
    }
}

/// All definitions, in the order of the specs.
pub fn catalog(protocol: &Protocol) -> Vec<Entry> {
    let mut list = Vec::new();
    for module in &protocol.modules {
        module_entries(module, &mut list);
        for family in &protocol.families {
            for message in family.messages.iter().filter(|m| m.module == module.path) {
                let ty = message
                    .body
                    .as_ref()
                    .map_or_else(String::new, |body| body.name.clone());
                let mut entry = entry(module, Kind::Message, &message.meta, &ty);
                entry.family.clone_from(&family.name);
                entry.value = Some(
                    if family.subsystems {
                        message.id & 0xff
                    } else {
                        message.id
                    }
                    .into(),
                );
                entry.set.clone_from(&message.meta.name);
                list.push(entry);
            }
        }
    }
    list
}

fn entry(module: &Module, kind: Kind, meta: &Meta, ty: &str) -> Entry {
    let directory = module.path.first().cloned().unwrap_or_default();
    Entry {
        c_name: meta.c.clone(),
        value: None,
        kind,
        family: module.family.clone().unwrap_or(directory),
        set: meta.name.clone(),
        ty: ty.to_owned(),
        header: meta.header.clone().or_else(|| module.header.clone()),
        since: meta.since.clone(),
    }
}

/// An entry that is part of another definition, whose header and version it shares unless it has its own.
fn part(module: &Module, kind: Kind, owner: &Meta, meta: &Meta, ty: &str) -> Entry {
    let mut entry = entry(module, kind, meta, ty);
    entry.set.clone_from(&owner.name);
    entry.header = meta
        .header
        .clone()
        .or_else(|| owner.header.clone())
        .or_else(|| module.header.clone());
    entry.since = meta.since.clone().or_else(|| owner.since.clone());
    entry
}

fn with_value(mut entry: Entry, value: i128) -> Entry {
    entry.value = Some(value);
    entry
}

fn payload_type(payload: &Payload) -> String {
    payload.text.clone()
}

fn module_entries(module: &Module, list: &mut Vec<Entry>) {
    for item in &module.protocols {
        let one = entry(module, Kind::Constant, &item.meta, "u16");
        // The name of a generic netlink family is a string, its version a number.
        match &item.genl {
            None => list.push(with_value(one, item.id.into())),
            Some(genl) => {
                let mut name = one.clone();
                "string".clone_into(&mut name.ty);
                list.push(name);
                if let Some(c) = &genl.version_c {
                    let mut version = with_value(one, genl.version.into());
                    version.c_name.clone_from(c);
                    "u8".clone_into(&mut version.ty);
                    list.push(version);
                }
            }
        }
    }
    for item in &module.constants {
        let one = entry(module, Kind::Constant, &item.meta, &item.ty.to_string());
        list.push(with_value(one, item.value));
    }
    for item in &module.ioctls {
        let ty = item
            .body
            .as_ref()
            .map_or_else(String::new, |body| body.name.clone());
        list.push(with_value(
            entry(module, Kind::Ioctl, &item.meta, &ty),
            item.code.into(),
        ));
    }
    for item in &module.groups {
        let mut one = entry(module, Kind::Group, &item.meta, "");
        one.value = item.id.map(i128::from);
        list.push(one);
    }
    for item in &module.enumerations {
        let kind = if item.flags { Kind::Flag } else { Kind::Enum };
        for value in &item.values {
            let one = part(
                module,
                kind,
                &item.meta,
                &value.meta,
                &item.repr.to_string(),
            );
            // What C calls by that name is the number of the bit.
            let number = if item.numbered {
                value.value.trailing_zeros().into()
            } else {
                value.value
            };
            list.push(with_value(one, number));
        }
    }
    for item in &module.structures {
        let mut one = entry(module, Kind::Struct, &item.meta, "");
        one.value = Some(item.size.into());
        let c_struct = !item.meta.c.is_empty();
        list.push(one);
        for member in &item.members {
            if let Member::Field(field) = member {
                let mut one = part(module, Kind::Field, &item.meta, &field.meta, &field.text);
                if !c_struct {
                    one.c_name.clear();
                }
                list.push(one);
            }
        }
    }
    for item in &module.sets {
        for attr in item.attrs().chain(&item.retired) {
            let ty = payload_type(&attr.payload);
            let one = part(module, Kind::Attribute, &item.meta, &attr.meta, &ty);
            for alias in &attr.aliases {
                let mut other = one.clone();
                other.c_name.clone_from(alias);
                // The name may have come before the attribute's own.
                other.since = None;
                list.push(with_value(other, attr.id.into()));
            }
            list.push(with_value(one, attr.id.into()));
            if let super::List::Items { id, c } = &attr.payload.list {
                if !c.is_empty() {
                    let mut one = part(module, Kind::Attribute, &item.meta, &attr.meta, &ty);
                    one.c_name.clone_from(c);
                    list.push(with_value(one, (*id).into()));
                }
            }
        }
    }
    for item in &module.unions {
        for case in item.cases.iter().filter(|case| !case.meta.c.is_empty()) {
            if let super::CaseKey::Number(number) = case.key {
                let ty = case.payload.as_ref().map_or_else(String::new, payload_type);
                let one = part(module, Kind::Enum, &item.meta, &case.meta, &ty);
                list.push(with_value(one, number.into()));
            }
        }
    }
}
