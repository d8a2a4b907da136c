//! The `mod.rs` files, which mirror the directories of the specs and hold the messages of families.

use super::message;
use super::writer::{self, Writer};
use crate::model::{Family, Module, Protocol};
use crate::{Options, Output};
use std::collections::{BTreeMap, BTreeSet};

/// Names of the modules in each directory.
type Children = BTreeMap<Vec<String>, BTreeSet<String>>;

/// A `mod.rs` for each directory. `files` are the paths of all other files.
pub(super) fn files(protocol: &Protocol, files: &[String], options: &Options) -> Vec<Output> {
    let mut children = Children::default();
    children.entry(Vec::new()).or_default();
    for file in files {
        let path: Vec<String> = file
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        add(&mut children, &path);
    }
    let is_file = |family: &Family| {
        message::home(protocol, family).len() > 1 || files.contains(&format!("{}.rs", family.name))
    };
    let families: Vec<&Family> = protocol
        .families
        .iter()
        .filter(|family| !family.messages.is_empty() && !is_file(family))
        .collect();
    for family in &families {
        add(&mut children, std::slice::from_ref(&family.name));
        children.entry(vec![family.name.clone()]).or_default();
    }
    let mut outputs = Vec::new();
    for (path, names) in &children {
        let family = families
            .iter()
            .find(|family| path.as_slice() == [family.name.as_str()]);
        let mut writer = Writer::new(options, protocol, path);
        if let Some(family) = family {
            message::messages(&mut writer, family, path, options);
        }
        let mods: String = names
            .iter()
            .map(|name| {
                let mut module = path.clone();
                module.push(name.clone());
                let cfg = match protocol.modules.iter().find(|other| other.path == module) {
                    Some(Module {
                        feature: Some(feature),
                        ..
                    }) => format!("#[cfg(feature = \"{feature}\")]\n"),
                    _ => String::new(),
                };
                format!("{cfg}pub mod {name};\n")
            })
            .collect();
        if path.is_empty() {
            message::families(&mut writer, protocol, options);
        }
        let body = if writer.is_empty() || mods.is_empty() {
            mods + &writer.body()
        } else {
            format!("{mods}\n{}", writer.body())
        };
        let mut directory = path.clone();
        let origin = std::iter::once(options.spec_dir.as_str())
            .chain(directory.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join("/");
        let doc = match (family, path.last()) {
            (Some(family), _) => {
                format!("`{}`: {}", family.c, family.doc)
            }
            (None, None) => "What the specs define: one module a file.".to_owned(),
            (None, Some(name)) => format!("What the specs below `{name}/` define."),
        };
        directory.push("mod.rs".to_owned());
        let text = writer::file(&format!("{origin}/"), &doc, &body);
        outputs.push(Output {
            path: directory.join("/"),
            text,
        });
    }
    outputs
}

/// Adds a module to its directory, and each directory to the one around it.
fn add(children: &mut Children, path: &[String]) {
    for (depth, part) in path.iter().enumerate() {
        let parent: Vec<String> = path.iter().take(depth).cloned().collect();
        children.entry(parent).or_default().insert(part.clone());
    }
}
