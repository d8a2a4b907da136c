//! `cargo xtask fuzz`: every fuzzer of `fuzz/` for a while, from the seeds and from what it found once.
//!
//! What `cargo fuzz` does, without a program to install: the crate is built by a nightly compiler with the instrumentation that
//! libFuzzer reads. Without the address sanitizer, since the code under test has no `unsafe` and would run at a third of the speed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

const HELP: &str = "\
Usage: cargo xtask fuzz [--seconds N] [TARGET…]

Runs the fuzzers of fuzz/, all of them unless TARGETs are named, for N seconds
each (60 unless said otherwise). What they learn stays in the target directory.
";

/// Seconds of a target unless said otherwise.
const SECONDS: u64 = 60;

/// What makes the compiler leave marks that libFuzzer reads.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions -Ccodegen-units=16";

struct Options {
    seconds: u64,
    targets: Vec<String>,
}

impl Options {
    fn parse(args: &[String], all: &[String]) -> Result<Self, String> {
        let mut options = Options {
            seconds: SECONDS,
            targets: Vec::new(),
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--seconds" {
                let number = args.next().and_then(|number| number.parse().ok());
                options.seconds = number
                    .filter(|number| *number > 0)
                    .ok_or("`--seconds` needs a number above 0")?;
            } else if all.contains(arg) {
                options.targets.push(arg.clone());
            } else {
                let all = all.join(", ");
                return Err(format!("no fuzzer is called `{arg}`; there are {all}"));
            }
        }
        if options.targets.is_empty() {
            options.targets = all.to_vec();
        }
        Ok(options)
    }
}

/// Runs the command.
pub(crate) fn command(args: &[String]) -> Result<(), String> {
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().unwrap_or(here).to_owned();
    let options = Options::parse(args, &names(&root.join("fuzz/fuzz_targets"))?)?;
    let host = nightly()?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let fuzzer = Fuzzer {
        built: target.join("fuzz"),
        regressions: root.join("fuzz/regressions"),
        seconds: options.seconds,
        host,
    };
    fuzzer.build(&root, &options.targets)?;
    let (mut sum, mut failures) = (0, Vec::new());
    for name in &options.targets {
        match fuzzer.run(name)? {
            Outcome::Clean(count) => {
                println!("{name}: {count} executions");
                sum += count;
            }
            Outcome::Found(report) => {
                println!("{name}: {report}");
                failures.push(name.as_str());
            }
        }
    }
    println!("{sum} executions in all");
    if failures.is_empty() {
        return Ok(());
    }
    Err(format!(
        "findings of {}; put what to fix into fuzz/regressions/TARGET",
        failures.join(", ")
    ))
}

/// The fuzzers by name.
fn names(directory: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(directory).map_err(|error| about(directory, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| about(directory, &error))?.path();
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The machine that the nightly compiler is for.
fn nightly() -> Result<String, String> {
    let missing = "the fuzzers need the nightly compiler: `rustup toolchain install nightly --profile minimal`";
    let output = Command::new("rustup")
        .args(["run", "nightly", "rustc", "-vV"])
        .output()
        .map_err(|error| format!("{missing} (rustup: {error})"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    match host.filter(|_| output.status.success()) {
        Some(host) => Ok(host.to_owned()),
        None => Err(format!(
            "{missing}\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        )),
    }
}

enum Outcome {
    /// So many executions without a finding.
    Clean(u64),
    /// What it said last.
    Found(String),
}

struct Fuzzer {
    /// Where programs, seeds, inputs and logs are.
    built: PathBuf,
    regressions: PathBuf,
    seconds: u64,
    host: String,
}

impl Fuzzer {
    fn build(&self, root: &Path, targets: &[String]) -> Result<(), String> {
        let status = Command::new("rustup")
            .args(["run", "nightly", "cargo", "build", "--release", "--locked"])
            .args(["--quiet", "--target", &self.host, "--manifest-path"])
            .arg(root.join("fuzz/Cargo.toml"))
            .args(targets.iter().flat_map(|name| ["--bin", name]))
            .env("CARGO_TARGET_DIR", &self.built)
            .env("RUSTFLAGS", FLAGS)
            .env_remove("CARGO")
            .status();
        passed("the fuzzers do not build", status)?;
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let seeds = Command::new(cargo)
            .args(["run", "--quiet", "--package", "netlink-tests"])
            .args(["--bin", "seeds", "--"])
            .arg(self.built.join("seeds"))
            .args(targets)
            .current_dir(root)
            .stdout(Stdio::null())
            .status();
        passed("no seeds", seeds)
    }

    fn run(&self, name: &str) -> Result<Outcome, String> {
        let make = |kind: &str| {
            let path = self.built.join(kind).join(name);
            fs::create_dir_all(&path).map_err(|error| about(&path, &error))?;
            Ok::<_, String>(path)
        };
        let (corpus, artifacts) = (make("corpus")?, make("artifacts")?);
        let log = self.built.join(format!("{name}.log"));
        let file = fs::File::create(&log).map_err(|error| about(&log, &error))?;
        let mut directories = vec![corpus, self.built.join("seeds").join(name)];
        directories.extend(Some(self.regressions.join(name)).filter(|path| path.is_dir()));
        let program = self.built.join(&self.host).join("release").join(name);
        let status = Command::new(&program)
            .args(directories)
            .arg(format!("-max_total_time={}", self.seconds))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=4096"])
            .args(["-print_final_stats=1", "-verbosity=1"])
            .stdout(Stdio::null())
            .stderr(file)
            .status()
            .map_err(|error| about(&program, &error))?;
        let text = fs::read(&log).map_err(|error| about(&log, &error))?;
        let text = String::from_utf8_lossy(&text);
        let count = text
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
            .and_then(|count| count.trim().parse().ok());
        Ok(match count {
            Some(count) if status.success() && count > 0 => Outcome::Clean(count),
            _ => Outcome::Found(format!("{status}, {}\n{}", log.display(), finding(&text))),
        })
    }
}

/// From the panic on, or the last lines if there was none.
fn finding(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let panic = lines.iter().position(|line| line.contains("panicked at"));
    let start = panic.unwrap_or(lines.len().saturating_sub(20));
    let lines: Vec<&str> = lines.into_iter().skip(start).take(40).collect();
    lines.join("\n")
}

fn passed(what: &str, status: io::Result<std::process::ExitStatus>) -> Result<(), String> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what}: {status}")),
        Err(error) => Err(format!("{what}: {error}")),
    }
}

fn about(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
