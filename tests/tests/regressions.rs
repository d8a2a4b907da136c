//! What the fuzzers found once, and where they start from: every input of `fuzz/regressions`, and some seeds of each target.

use netlink_tests::fuzz::{TARGETS, seeds};
use std::fs;
use std::path::Path;

/// Seeds that are tried of each target.
const SEEDS: usize = 60;

fn programs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names: Vec<String> = fs::read_dir(root.join("fuzz/fuzz_targets"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_target_is_fuzzed() {
    let mut names: Vec<&str> = TARGETS
        .iter()
        .map(|target| target.name)
        .chain(["derive"])
        .collect();
    names.sort_unstable();
    assert_eq!(programs(), names);
}

#[test]
fn findings_stay_fixed() {
    let regressions = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("fuzz/regressions");
    let mut count = 0;
    for entry in fs::read_dir(&regressions).unwrap() {
        let directory = entry.unwrap().path();
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(programs().contains(&name), "no target is called {name}");
        // The derives have a test of their own, beside them.
        let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
            continue;
        };
        for input in fs::read_dir(&directory).unwrap() {
            let path = input.unwrap().path();
            println!("{}", path.display());
            (target.run)(&fs::read(&path).unwrap());
            count += 1;
        }
    }
    assert!(count > 0, "no input in {}", regressions.display());
}

#[test]
fn seeds_are_inputs() {
    for target in TARGETS {
        let seeds = seeds(target.name);
        assert!(
            seeds.len() > SEEDS,
            "{}: {} seeds",
            target.name,
            seeds.len()
        );
        for seed in seeds.iter().step_by(seeds.len() / SEEDS) {
            (target.run)(seed);
        }
    }
    assert!(
        seeds("derive").len() > SEEDS,
        "{} seeds of derives",
        seeds("derive").len()
    );
}
