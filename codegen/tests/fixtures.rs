//! Golden tests: each folder below `fixtures/ok` holds specs and the Rust they become, each below `fixtures/err` specs
//! and what is said about them.
//!
//! `BLESS=1 cargo test -p codegen --test fixtures` writes what comes out; read the diff before committing it. The specs of
//! a case are all `*.toml` below its folder. `ok/mod.rs` lists the cases, so that another crate can compile them all.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use codegen::{Options, Output, Source};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn fixtures(group: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(group)
}

fn bless() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Folders of a group, sorted.
fn cases(group: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(fixtures(group))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// All files below a folder, by path below it.
fn files(folder: &Path, below: &str, found: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, entry.path());
        }
    }
}

fn sources(group: &str, case: &str) -> Vec<Source> {
    let mut found = BTreeMap::new();
    files(&fixtures(group).join(case), "", &mut found);
    found.retain(|path, _| path.ends_with(".toml"));
    assert!(!found.is_empty(), "{group}/{case} has no specs");
    let read = |(path, file): (String, PathBuf)| {
        let text = fs::read_to_string(file).unwrap().replace("\r\n", "\n");
        Source { path, text }
    };
    found.into_iter().map(read).collect()
}

fn options(case: &str) -> Options {
    Options {
        runtime: "::netlink".to_owned(),
        generated: format!("crate::ok::{case}"),
        spec_dir: "spec".to_owned(),
    }
}

/// One file out of many: modules stand inside each other.
#[expect(
    clippy::only_used_in_recursion,
    reason = "the depth is for the reader of a failure"
)]
fn nest(outputs: &[Output], directory: &str, depth: usize) -> String {
    let here = |path: &str| format!("{directory}{path}");
    let mut text = String::new();
    let own = outputs.iter().find(|output| output.path == here("mod.rs"));
    for line in own.map_or("", |own| own.text.as_str()).lines() {
        if !line.starts_with("pub mod ") {
            text.push_str(line);
            text.push('\n');
        }
    }
    for output in outputs {
        let Some(name) = output.path.strip_prefix(directory) else {
            continue;
        };
        if let Some(name) = name.strip_suffix(".rs").filter(|name| !name.contains('/')) {
            if name != "mod" {
                text.push_str(&format!("pub mod {name} {{\n{}}}\n\n", output.text));
            }
        } else if let Some(name) = name
            .strip_suffix("/mod.rs")
            .filter(|name| !name.contains('/'))
        {
            let inner = nest(outputs, &here(&format!("{name}/")), depth + 1);
            text.push_str(&format!("pub mod {name} {{\n{inner}}}\n\n"));
        }
    }
    text
}

fn rustfmt(text: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "rustfmt refuses:\n{text}");
    String::from_utf8(output.stdout).unwrap()
}

/// Compares with the expected text, or writes it. Returns what is wrong.
fn compare(file: &Path, found: &str) -> Option<String> {
    if bless() {
        fs::write(file, found).unwrap();
        return None;
    }
    let expected = fs::read_to_string(file)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    if expected == found {
        return None;
    }
    let line = expected
        .lines()
        .zip(found.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let show = |text: &str| {
        text.lines()
            .skip(line)
            .take(6)
            .collect::<Vec<_>>()
            .join("\n  ")
    };
    Some(format!(
        "{} differs from line {} on\nexpected:\n  {}\nfound:\n  {}\n",
        file.display(),
        line + 1,
        show(&expected),
        show(found)
    ))
}

fn finish(wrong: Vec<String>) {
    assert!(
        wrong.is_empty(),
        "{}\nif this is right: BLESS=1 cargo test -p codegen --test fixtures",
        wrong.join("\n")
    );
}

#[test]
fn ok() {
    let mut wrong = Vec::new();
    let mut list = "//! All cases, for the crate that compiles them.\n\n".to_owned();
    for case in cases("ok") {
        list.push_str(&format!(
            "#[path = \"{case}/expected.rs\"]\npub mod {case};\n"
        ));
        match codegen::generate(&sources("ok", &case), &options(&case)) {
            Ok(outputs) => {
                let text = rustfmt(&nest(&outputs, "", 0));
                wrong.extend(compare(
                    &fixtures("ok").join(&case).join("expected.rs"),
                    &text,
                ));
            }
            Err(report) => wrong.push(format!("ok/{case} is refused:\n{report}")),
        }
    }
    wrong.extend(compare(&fixtures("ok").join("mod.rs"), &list));
    finish(wrong);
}

#[test]
fn err() {
    let mut wrong = Vec::new();
    for case in cases("err") {
        match codegen::generate(&sources("err", &case), &options(&case)) {
            Ok(_) => wrong.push(format!("err/{case} is accepted")),
            Err(report) => {
                let file = fixtures("err").join(&case).join("expected.err");
                wrong.extend(compare(&file, &report.0));
            }
        }
    }
    finish(wrong);
}

#[test]
fn no_orphans() {
    for (group, expected) in [("ok", "expected.rs"), ("err", "expected.err")] {
        for case in cases(group) {
            let mut found = BTreeMap::new();
            files(&fixtures(group).join(&case), "", &mut found);
            assert!(
                found.contains_key(expected),
                "{group}/{case} has no {expected}"
            );
            for path in found.keys() {
                assert!(
                    path == expected || path.ends_with(".toml"),
                    "{group}/{case}/{path} is not used"
                );
            }
        }
    }
}

#[test]
fn order_of_sources_does_not_matter() {
    for case in cases("ok") {
        let mut sources = sources("ok", &case);
        let options = options(&case);
        let forward = codegen::generate(&sources, &options).unwrap();
        sources.reverse();
        assert_eq!(
            forward,
            codegen::generate(&sources, &options).unwrap(),
            "{case}"
        );
    }
}

#[test]
fn attributes_are_listed_in_order() {
    let list = codegen::attributes(&sources("ok", "netem")).unwrap();
    let first = list.first().unwrap();
    assert_eq!(
        (first.set.as_str(), first.c.as_str(), first.id),
        ("NetemAttrs", "TCA_NETEM_CORR", 1)
    );
    assert_eq!(first.module, "netem");
}
