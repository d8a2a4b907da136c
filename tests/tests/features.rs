//! The Cargo features of the library are those that the specs name, and `full` turns on all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn specs(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specs(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
}

#[test]
fn features_of_the_specs_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    specs(&root.join("spec"), &mut files);
    let mut named = BTreeSet::new();
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            if let Some(name) = line.strip_prefix("feature = \"") {
                named.insert(name.trim_end_matches('"').to_owned());
            }
        }
    }
    assert!(named.len() > 5, "{named:?}");
    let manifest = fs::read_to_string(root.join("netlink/Cargo.toml")).unwrap();
    let full = manifest
        .lines()
        .find_map(|line| line.strip_prefix("full = ["))
        .unwrap();
    let full: BTreeSet<String> = full
        .trim_end_matches(']')
        .split(", ")
        .map(|name| name.trim_matches('"').to_owned())
        .collect();
    assert_eq!(full, named);
    for name in &named {
        assert!(manifest.contains(&format!("\n{name} = []\n")), "{name}");
    }
}
