//! The generator and the derives know no family: no set, kind or message name of the specs stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn files(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Builtin types and keys of the spec language, which a spec may use for a case too.
const COMMON: &[&str] = &["dump", "flags", "inet", "ip", "mac", "value"];

#[test]
fn no_name_of_a_family_stands_in_the_generator() {
    let mut names = BTreeSet::new();
    let mut specs = Vec::new();
    files(&root().join("spec"), ".toml", &mut specs);
    for spec in &specs {
        for line in fs::read_to_string(spec).unwrap().lines() {
            for kind in ["set.", "union.", "message.", "struct."] {
                if let Some(rest) = line.strip_prefix(&format!("[{kind}")) {
                    let name = rest.trim_end_matches(|c| c != ']').trim_end_matches(']');
                    // Messages are called `get` or `add`, which are words of any program; by name they would be text.
                    names.insert(if kind == "message." {
                        format!("\"{name}\"")
                    } else {
                        name.to_owned()
                    });
                }
            }
            if let Some(case) = line.strip_prefix("case.") {
                let key = case.split([' ', '=']).next().unwrap();
                names.insert(format!("\"{key}\""));
            }
        }
    }
    assert!(names.len() > 100, "{names:?}");
    let mut sources = Vec::new();
    files(&root().join("codegen/src"), ".rs", &mut sources);
    files(&root().join("nlgen-macros/src"), ".rs", &mut sources);
    let mut found = Vec::new();
    for source in &sources {
        let text = fs::read_to_string(source).unwrap();
        // Tests and documentation may give examples.
        let code: String = text
            .split("#[cfg(test)]")
            .next()
            .unwrap()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|line| format!("{line}\n"))
            .collect();
        let words: BTreeSet<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '"')
            .collect();
        for name in &names {
            if words.contains(name.as_str()) && !COMMON.contains(&name.trim_matches('"')) {
                found.push(format!("{name} in {}", source.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
