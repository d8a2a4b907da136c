//! No input makes the generator panic: arbitrary text, and the fixtures with damage.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use codegen::{Options, Source};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn specs(dir: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specs(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// Either files or a report that says something.
fn survives(text: String) {
    let source = Source {
        path: "some.toml".to_owned(),
        text,
    };
    if let Err(report) = codegen::generate(&[source], &Options::default()) {
        assert!(report.0.contains("error"), "{report}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text(text in "\\PC{0,200}") {
        survives(text);
    }

    #[test]
    fn damaged_fixtures(
        pick in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        len in 0usize..20,
        with in "[a-zA-Z0-9_ \"=\\[\\]{},.\n-]{0,12}",
    ) {
        thread_local!(static SPECS: Vec<String> = {
            let mut found = Vec::new();
            specs(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), &mut found);
            found
        });
        let text = SPECS.with(|all| all[pick.index(all.len())].clone());
        let mut letters: Vec<char> = text.chars().collect();
        let start = at.index(letters.len());
        let end = (start + len).min(letters.len());
        letters.splice(start..end, with.chars());
        survives(letters.into_iter().collect());
    }
}
