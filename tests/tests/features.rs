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

/// The names of the crates that a user of the library builds.
fn built(features: &str) -> BTreeSet<String> {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "netlink",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--features",
            features,
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| Some(line.split_once(' ')?.0.to_owned()))
        .collect()
}

#[test]
fn who_blocks_builds_no_runtime() {
    let (plain, asynchronous) = (built(""), built("tokio"));
    assert!(
        plain.contains("libc") && !plain.contains("tokio"),
        "{plain:?}"
    );
    let more: Vec<&str> = asynchronous
        .difference(&plain)
        .map(String::as_str)
        .collect();
    // tokio, and what tokio needs itself.
    assert_eq!(more, ["mio", "pin-project-lite", "socket2", "tokio"]);
}

/// Every test that the list of faults names exists.
#[test]
fn the_faults_have_their_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let list = fs::read_to_string(root.join("docs/faults.md")).unwrap();
    let mut count = 0;
    for name in list
        .split('`')
        .filter(|text| text.starts_with("faults::") || text.starts_with("live::"))
    {
        if name.ends_with('…') {
            continue;
        }
        let parts: Vec<&str> = name.split("::").collect();
        let [suite, module, function] = parts.as_slice() else {
            panic!("{name}");
        };
        let file = format!("{suite}/{module}.rs");
        let source = fs::read_to_string(root.join("tests/tests").join(&file)).unwrap();
        assert!(
            source.contains(&format!("fn {function}(")),
            "{name} is not in {file}"
        );
        count += 1;
    }
    assert!(count > 30, "{count}");
}
