//! Which tests run on another machine, and how they end.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::Machine;
use super::toolchain::Toolchain;
use crate::host::about;
use crate::program::{self, Program};

/// Test programs of `tests` that have nothing to say on another machine, with the reason.
const APART: [(&str, &str); 4] = [
    ("features", "starts cargo"),
    ("live", "needs a kernel of that machine"),
    ("tidy", "is about files"),
    ("ui", "starts the compiler"),
];

/// Tests of other programs that say the same on every machine and take long, with the reason.
const SKIPPED: [(&str, &str); 1] = [(
    "the_messages_say_everything",
    "is about what the tests make, which is the same everywhere",
)];

/// Programs that take long.
const LONG: [&str; 4] = ["corpus", "properties", "regressions", "values"];

/// Messages of each type, fewer than elsewhere: emulation is slow.
const CASES: &str = "3";

/// What became of some tests.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    /// Tests that were not run, with the reason.
    ignored: BTreeMap<String, String>,
}

/// Builds and runs the tests for a machine; yields whether all passed.
pub(super) fn tests(
    machine: &Machine,
    toolchain: &Toolchain,
    filters: &[String],
) -> Result<bool, String> {
    let start = Instant::now();
    println!("== {}: building the tests", machine.name);
    let mut programs = build(machine, toolchain)?;
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    println!(
        "== {}: built in {:.0} s",
        machine.name,
        start.elapsed().as_secs_f32()
    );
    for (name, reason) in APART {
        println!("{name:<24} not run: {reason}");
    }
    for (name, reason) in SKIPPED {
        println!("{name:<24} not run: {reason}");
    }
    // The longest first, as far as that can be told: what is left at the end should be short.
    programs.sort_by_key(|program| !LONG.contains(&program.name.as_str()));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let left = Mutex::new(programs.iter());
    let total = Mutex::new(Count::default());
    let failure = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let Some(program) = lock(&left).next() else {
                        break;
                    };
                    match one(machine, toolchain, program, filters) {
                        Ok(count) => lock(&total).add(count),
                        Err(error) => *lock(&failure) = Some(error),
                    }
                }
            });
        }
    });
    if let Some(failure) = lock(&failure).take() {
        return Err(failure);
    }
    let total = lock(&total);
    println!(
        "== {}: {} passed, {} failed, {} not run, {:.0} s",
        machine.name,
        total.passed,
        total.failed,
        total.ignored.len(),
        start.elapsed().as_secs_f32()
    );
    if filters.is_empty() && total.passed == 0 {
        return Err(format!("{}: no test ran", machine.name));
    }
    Ok(total.failed == 0)
}

/// Runs the tests of one program, and says how they ended.
fn one(
    machine: &Machine,
    toolchain: &Toolchain,
    program: &Program,
    filters: &[String],
) -> Result<Count, String> {
    let start = Instant::now();
    let skipped = SKIPPED.iter().flat_map(|(name, _)| ["--skip", name]);
    let output = Command::new(toolchain.program(machine.emulator))
        .arg(&program.path)
        .args(filters)
        .args(skipped)
        .current_dir(&program.directory)
        .env("INSTA_UPDATE", "no")
        .env("INSTA_WORKSPACE_ROOT", crate::regen::workspace_root())
        .env("PROPTEST_CASES", CASES)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", machine.emulator))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut count = Count::of(&text);
    let mut shown = String::new();
    if !output.status.success() {
        shown.push_str(&text);
        shown.push_str(&String::from_utf8_lossy(&output.stderr));
        // It may have ended before it could count.
        count.failed = count.failed.max(1);
    }
    if count.passed + count.failed + count.ignored.len() > 0 {
        shown.push_str(&format!(
            "{:<24} {}: {} passed, {} failed, {} not run; {:.0} s\n",
            program.name,
            if count.failed == 0 { "ok" } else { "FAILED" },
            count.passed,
            count.failed,
            count.ignored.len(),
            start.elapsed().as_secs_f32()
        ));
    }
    for (name, reason) in &count.ignored {
        shown.push_str(&format!("{:<24}   {name}: {reason}\n", ""));
    }
    print!("{shown}");
    Ok(count)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn build(machine: &Machine, toolchain: &Toolchain) -> Result<Vec<Program>, String> {
    let mut cargo = toolchain.cargo();
    let upper = machine.triple.to_uppercase().replace('-', "_");
    cargo
        .args(["test", "--target", machine.triple])
        .args([
            "--package",
            "netlink",
            "--package",
            "netlink-tests",
            "--lib",
        ])
        // One file, so that nothing has to be found at run time but the kernel.
        .env(
            format!("CARGO_TARGET_{upper}_RUSTFLAGS"),
            "-Ctarget-feature=+crt-static",
        )
        .env(
            format!("CARGO_TARGET_{upper}_LINKER"),
            toolchain.program(machine.linker),
        );
    for name in names()? {
        cargo.args(["--test", &name]);
    }
    program::build(&mut cargo)
}

/// The test programs of the tests' package, in the directory's terms.
fn names() -> Result<Vec<String>, String> {
    let directory = crate::regen::workspace_root().join("tests/tests");
    let entries = fs::read_dir(&directory).map_err(|error| about(&directory, &error))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let programs = paths.filter(|path| {
        path.extension().is_some_and(|ext| ext == "rs") || path.join("main.rs").exists()
    });
    let names = programs.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    for (name, _) in APART {
        let at = names.iter().position(|have| have == name);
        names.swap_remove(at.ok_or(format!("no test program is called {name}"))?);
    }
    names.sort();
    Ok(names)
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored.extend(other.ignored);
    }

    /// From what a test program prints.
    fn of(text: &str) -> Self {
        let mut count = Self::default();
        for line in text.lines() {
            if let Some((name, outcome)) = line
                .strip_prefix("test ")
                .and_then(|line| line.split_once(" ... "))
            {
                if let Some(reason) = outcome.strip_prefix("ignored") {
                    let reason = reason.trim_start_matches(", ").to_owned();
                    count.ignored.insert(name.to_owned(), reason);
                }
            }
            if let Some(result) = line.strip_prefix("test result: ") {
                let number = |word: &str| {
                    let words: Vec<&str> = result.split_whitespace().collect();
                    let at = words
                        .iter()
                        .position(|have| have.trim_end_matches(';') == word);
                    let number = at.and_then(|at| words.get(at.checked_sub(1)?));
                    number.and_then(|number| number.parse().ok()).unwrap_or(0)
                };
                count.passed += number("passed");
                count.failed += number("failed");
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let text = "\
running 4 tests
test one ... ok
test two ... ignored, of another machine
test three ... FAILED
test four ... ok

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
";
        let count = Count::of(text);
        assert_eq!((count.passed, count.failed), (2, 1));
        assert_eq!(count.ignored["two"], "of another machine");
        assert_eq!(count.ignored.len(), 1);
    }

    #[test]
    fn what_stays_apart_exists() {
        let names = names().unwrap();
        assert!(names.iter().any(|name| name == "samples"));
        assert!(names.iter().any(|name| name == "faults"));
        assert!(!names.iter().any(|name| name == "live"));
    }
}
