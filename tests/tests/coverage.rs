//! Every attribute that a spec defines stands in a snapshot.

use codegen::Source;
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
            sources.push(Source {
                path: name,
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(snapshots(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Modules of sets that no message of a family reaches: hand-written code uses it, with tests beside it.
const ELSEWHERE: &[&str] = &["core"];

/// What a sample cannot show, since an enclosing set selects its form by text; captured messages show it.
const BY_CONTEXT: &[&str] = &["TCA_STATS_APP"];

#[test]
fn every_attribute_stands_in_a_snapshot() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    specs(&here.parent().unwrap().join("spec"), "", &mut sources);
    let attributes = codegen::attributes(&sources).unwrap();
    assert!(attributes.len() > 600, "{}", attributes.len());
    let mut shown = BTreeSet::new();
    for file in snapshots(&here.join("tests/snapshots")) {
        let text = fs::read_to_string(file).unwrap();
        for line in text.lines() {
            let meaning = line.get(31..).unwrap_or_default().trim();
            shown.insert(meaning.split(" = ").next().unwrap_or_default().to_owned());
        }
    }
    let missing: Vec<String> = attributes
        .iter()
        .filter(|attribute| !ELSEWHERE.contains(&attribute.module.as_str()))
        .filter(|attribute| {
            !shown.contains(&attribute.c) && !BY_CONTEXT.contains(&attribute.c.as_str())
        })
        .map(|attribute| format!("{}.{} {}", attribute.module, attribute.set, attribute.c))
        .collect();
    assert!(
        missing.is_empty(),
        "{} attributes in no snapshot:\n{}",
        missing.len(),
        missing.join("\n")
    );
}
