//! Hand-written files stay readable: 400 lines are the aim, 800 the limit. Lists that are kept by hand agree.

use std::fs;
use std::path::{Path, PathBuf};

const LIMIT: usize = 800;

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            // Output of the generator, and of the compiler.
            if !["generated", "target", "fixtures", "snapshots", ".git"].contains(&name) {
                files(&path, found);
            }
        } else if name.ends_with(".rs") || name.ends_with(".toml") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for folder in [
        "codegen",
        "netlink",
        "nlgen-macros",
        "spec",
        "tests",
        "xtask",
    ] {
        files(&root.join(folder), &mut found);
    }
    assert!(found.len() > 300, "{} files", found.len());
    let long = found.iter().filter_map(|path| {
        let lines = fs::read_to_string(path).unwrap().lines().count();
        (lines > LIMIT).then(|| format!("{}: {lines} lines", path.display()))
    });
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "over {LIMIT} lines:\n{}", long.join("\n"));
}

/// Every file says at its top what it owns.
#[test]
fn every_file_says_what_it_owns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for folder in [
        "codegen/src",
        "netlink/src",
        "nlgen-macros/src",
        "tests/src",
        "xtask/src",
    ] {
        files(&root.join(folder), &mut found);
    }
    let silent = found
        .iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"));
    let silent: Vec<_> = silent.collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

/// The fuzzer of the derives takes their modules in one by one, and is built by a compiler that not every machine has.
#[test]
fn the_fuzzer_has_all_modules_of_the_derives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let modules = |file: &str| {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let names = text.lines().filter_map(|line| line.strip_prefix("mod "));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let derives = modules("nlgen-macros/src/lib.rs");
    assert!(derives.len() > 10, "{derives:?}");
    assert_eq!(derives, modules("fuzz/fuzz_targets/derive.rs"));
}
