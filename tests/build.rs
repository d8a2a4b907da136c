//! From the specs: every message body with its checks, and what a view of each type must say to agree with its value.
//! `src/agree.rs` and `src/bodies.rs` have what this refers to. A new family needs nothing here.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a build script fails by panicking")]

use codegen::model::{Direction, Named, Protocol, Selection, Set, SetItem, Type, Union};
use codegen::{Options, Source};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let specs = root.parent().unwrap().join("spec");
    println!("cargo::rerun-if-changed={}", specs.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut sources = Vec::new();
    read(&specs, "", &mut sources);
    let protocol = codegen::model(&sources, &Options::default()).unwrap();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    fs::write(out.join("agree.rs"), agree(&protocol)).unwrap();
    fs::write(out.join("bodies.rs"), bodies(&protocol)).unwrap();
}

fn read(directory: &Path, below: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), found);
        } else if name.ends_with(".toml") {
            let text = fs::read_to_string(&path).unwrap();
            found.push(Source { path: name, text });
        }
    }
}

/// What a view hands out says the same as the owned value, for each type of the specs.
fn agree(protocol: &Protocol) -> String {
    let mut text = String::new();
    for module in &protocol.modules {
        let path = format!("netlink::generated::{}", module.path.join("::"));
        let structures = module.structures.iter().filter(|item| item.standalone);
        let plain = (module.enumerations.iter().map(|item| &item.meta))
            .chain(module.units.iter().map(|item| &item.meta))
            .chain(module.parts.iter().map(|item| &item.meta))
            .chain(structures.map(|item| &item.meta));
        for meta in plain {
            writeln!(text, "plain!({path}::{});", meta.name).unwrap();
        }
        for item in &module.sets {
            set(&mut text, &path, item);
        }
        for item in &module.unions {
            if item.selection != Selection::Fixed {
                union(&mut text, &path, item);
            }
        }
    }
    text
}

fn set(text: &mut String, path: &str, set: &Set) {
    let name = &set.meta.name;
    writeln!(
        text,
        "impl Agrees<{path}::{name}> for {path}::{name}View<'_> {{\n\
         fn agrees(self, owned: &{path}::{name}) -> Agreed {{"
    )
    .unwrap();
    let members = set.header.iter().flat_map(|header| &header.members);
    for member in members {
        if let codegen::model::Member::Field(field) = member {
            let field = &field.meta.name;
            writeln!(text, "same(self.{field}(), &owned.{field}, \"{field}\")?;").unwrap();
        }
    }
    for item in &set.items {
        let (field, attr) = match item {
            SetItem::Attr(attr) => (&attr.meta.name, attr),
            SetItem::Pair(pair) => (&pair.key.meta.name, &pair.data),
        };
        let list = matches!(
            attr.payload.list,
            codegen::model::List::Repeat | codegen::model::List::Groups
        );
        let flag = matches!(attr.payload.ty, Type::Scalar(codegen::model::Scalar::Flag));
        let form = match (list, flag) {
            (true, _) => "one",
            (_, true) => "flag",
            _ => "maybe",
        };
        writeln!(
            text,
            "{form}(self.{field}(), &owned.{field}, \"{field}\")?;"
        )
        .unwrap();
    }
    text.push_str("let _ = owned; whole(self.to_owned(), owned)\n}\n}\n");
}

fn union(text: &mut String, path: &str, union: &Union) {
    let name = &union.meta.name;
    let (view, owned) = (format!("{path}::{name}View"), format!("{path}::{name}"));
    writeln!(
        text,
        "impl Agrees<{owned}> for {view}<'_> {{\nfn agrees(self, owned: &{owned}) -> Agreed {{\nmatch (self, owned) {{"
    )
    .unwrap();
    let cases = union
        .cases
        .iter()
        .map(|case| (&case.meta.name, case.payload.is_some()));
    let default = union.default.iter().map(|case| (&case.name, true));
    for (case, data) in cases.chain(default) {
        if data {
            writeln!(
                text,
                "({view}::{case}(view), {owned}::{case}(owned)) => within(view.agrees(owned), \"{case}\"),"
            )
        } else {
            writeln!(text, "({view}::{case}, {owned}::{case}) => Ok(()),")
        }
        .unwrap();
    }
    if union.selection == Selection::Tagged {
        writeln!(
            text,
            "({view}::Other {{ kind, data }}, {owned}::Other {{ kind: name, data: bytes }}) => {{\
             kind.agrees(name)?; data.agrees(bytes) }}"
        )
    } else {
        writeln!(
            text,
            "({view}::Other(view), {owned}::Other(owned)) => view.agrees(owned),"
        )
    }
    .unwrap();
    writeln!(text, "(view, owned) => differ(&view, owned),\n}}\n}}\n}}").unwrap();
}

/// A table of all message bodies, of what ioctls point at, and of the sets and structs within those.
fn bodies(protocol: &Protocol) -> String {
    let mut text = "/// All of them.\npub static BODIES: &[Body] = &[\n".to_owned();
    let mut known = BTreeSet::new();
    let mut row = |family: &str, id: u32, c: &str, direction: &str, dump: bool, body: &Named| {
        let ty = format!(
            "netlink::generated::{}::{}",
            body.module.join("::"),
            body.name
        );
        known.insert(ty.clone());
        writeln!(
            text,
            "Body {{ family: {family:?}, id: {id}, name: {c:?}, direction: {direction}, dump: {dump}, \
             shape: <{ty} as Value>::SHAPE, check: typed::<{ty}> }},"
        )
        .unwrap();
    };
    for family in &protocol.families {
        let name = family.genl.as_ref().map_or(&family.name, |genl| &genl.name);
        for message in &family.messages {
            let direction = match message.direction {
                Direction::Both => "None",
                Direction::Read => "Some(Direction::FromKernel)",
                Direction::Write => "Some(Direction::ToKernel)",
            };
            let (id, c) = (u32::from(message.id), &message.meta.c);
            if let Some(body) = &message.dump_body {
                row(name, id, c, "Some(Direction::ToKernel)", true, body);
            }
            if let Some(body) = &message.body {
                row(name, id, c, direction, false, body);
            }
        }
    }
    for module in &protocol.modules {
        for ioctl in &module.ioctls {
            if let Some(body) = &ioctl.body {
                row("ioctl", ioctl.code, &ioctl.meta.c, "None", false, body);
            }
        }
    }
    // What stands within others would come up rarely: each of sixty kinds of link is one of fifty attributes.
    for module in &protocol.modules {
        let structures = module.structures.iter().filter(|item| item.standalone);
        let sets = module.sets.iter().map(|set| &set.meta.name);
        for name in sets.chain(structures.map(|item| &item.meta.name)) {
            let path = module.path.join("::");
            let ty = format!("netlink::generated::{path}::{name}");
            if known.contains(&ty) {
                continue;
            }
            writeln!(
                text,
                "Body {{ family: PART, id: {:#x}, name: {:?}, direction: None, dump: false, \
                 shape: <{ty} as Value>::SHAPE, check: typed::<{ty}> }},",
                stable(&ty),
                format!("{path}::{name}"),
            )
            .unwrap();
        }
    }
    text.push_str("];\n");
    text
}

/// A number for a name that other names do not change (FNV-1a), so that an input of a fuzzer keeps its meaning.
fn stable(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
