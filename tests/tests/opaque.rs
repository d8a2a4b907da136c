//! Every path that ends in bytes stands in `spec/opaque.toml` with the reason why the kernel itself treats it so.

use codegen::model::{Member, Payload, Scalar, Type};
use codegen::{Options, Source};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn specs(dir: &Path, below: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            specs(&path, &format!("{name}/"), sources);
        } else if name.ends_with(".toml") {
            let text = fs::read_to_string(&path).unwrap();
            sources.push(Source { path: name, text });
        }
    }
}

fn is_bytes(ty: &Type) -> bool {
    matches!(ty, Type::Scalar(Scalar::Bytes))
}

/// Module, and path within it, of everything typed as bytes.
fn paths(root: &Path) -> BTreeSet<(String, String)> {
    let mut sources = Vec::new();
    specs(&root.join("spec"), "", &mut sources);
    let protocol = codegen::model(&sources, &Options::default()).unwrap();
    let mut found = BTreeSet::new();
    for module in &protocol.modules {
        let mut add = |owner: &str, name: &str| {
            found.insert((module.path.join("."), format!("{owner}.{name}")));
        };
        let bytes = |payload: &Payload| is_bytes(&payload.ty);
        for set in &module.sets {
            for attr in set.attrs().filter(|attr| bytes(&attr.payload)) {
                add(&set.meta.name, &attr.meta.name);
            }
        }
        for structure in &module.structures {
            for member in &structure.members {
                if let Member::Field(field) = member {
                    if is_bytes(&field.ty) {
                        add(&structure.meta.name, &field.meta.name);
                    }
                }
            }
        }
        for union in &module.unions {
            for case in &union.cases {
                if case.payload.as_ref().is_some_and(bytes) {
                    add(&union.meta.name, &codegen_case(&case.meta.name));
                }
            }
            if let Some(default) = union
                .default
                .as_ref()
                .filter(|default| bytes(&default.payload))
            {
                add(&union.meta.name, &codegen_case(&default.name));
            }
        }
    }
    found
}

/// `SomeCase` as the spec writes it, `some_case`.
fn codegen_case(name: &str) -> String {
    let mut text = String::new();
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// What `spec/opaque.toml` says.
fn reasons(root: &Path) -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(root.join("spec/opaque.toml")).unwrap();
    let mut module = String::new();
    let mut found = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
    {
        if let Some(name) = line.strip_prefix('[') {
            module = name.trim_end_matches(']').trim_matches('"').to_owned();
            continue;
        }
        let (path, reason) = line.split_once(" = ").unwrap();
        assert!(reason.trim_matches('"').len() > 10, "{line}");
        found.insert((module.clone(), path.trim().trim_matches('"').to_owned()));
    }
    found
}

#[test]
fn every_path_of_bytes_has_a_reason() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf();
    let (paths, reasons) = (paths(&root), reasons(&root));
    assert!(paths.len() > 20, "{paths:?}");
    let without: Vec<_> = paths.difference(&reasons).collect();
    assert!(
        without.is_empty(),
        "no reason in spec/opaque.toml: {without:#?}"
    );
    let stale: Vec<_> = reasons.difference(&paths).collect();
    assert!(
        stale.is_empty(),
        "spec/opaque.toml has what is not bytes: {stale:#?}"
    );
}
