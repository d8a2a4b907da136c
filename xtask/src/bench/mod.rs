//! `cargo xtask bench`: the library beside the floor and other libraries, measured by the program in `bench/`.

mod instructions;
mod plot;
mod table;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use table::Results;

/// All workloads, the one that leaves most to tidy up last.
const WORKLOADS: [&str; 6] = [
    "codec",
    "route-add",
    "route-dump",
    "neigh-dump",
    "link-get",
    "link-dump",
];

/// Where the table goes.
const PAGE: &str = "docs/performance.md";
const PLOT: &str = "docs/performance.svg";

const BEGIN: &str = "<!-- table: written by `cargo xtask bench --update` -->\n";
const END: &str = "<!-- end of table -->\n";

#[derive(Default)]
struct Options {
    runs: u32,
    update: bool,
    check: bool,
    instructions: bool,
    peers: bool,
    /// Passed on to the program, such as `routes=1000`.
    sizes: Vec<String>,
    workloads: Vec<String>,
}

impl Options {
    fn read(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            runs: 7,
            peers: true,
            ..Self::default()
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--runs" => {
                    let runs = args.next().and_then(|runs| runs.parse().ok());
                    options.runs = runs
                        .filter(|runs| *runs > 0)
                        .ok_or("--runs takes a number")?;
                }
                "--update" => options.update = true,
                "--check" => options.check = true,
                "--instructions" => options.instructions = true,
                "--no-peers" => options.peers = false,
                size if size.contains('=') => options.sizes.push(size.to_owned()),
                workload if WORKLOADS.contains(&workload) => {
                    options.workloads.push(workload.to_owned());
                }
                other => {
                    return Err(format!(
                        "`{other}` is neither an option nor a workload ({WORKLOADS:?})"
                    ));
                }
            }
        }
        if options.workloads.is_empty() {
            options.workloads = WORKLOADS.map(str::to_owned).to_vec();
        }
        Ok(options)
    }
}

pub(crate) fn command(args: &[String]) -> Result<(), String> {
    let options = Options::read(args)?;
    if options.instructions {
        return instructions::run(options.check);
    }
    let program = build(options.peers)?;
    let mut results = Results::default();
    for workload in &options.workloads {
        eprintln!("{workload}");
        run(&program, workload, &options, &mut results)?;
    }
    let table = results.markdown();
    print!("{table}");
    if options.update {
        let root = crate::regen::workspace_root();
        write_between(&root.join(PAGE), &table)?;
        write(&root.join(PLOT), &plot::svg(&results.ratios()))?;
    }
    Ok(())
}

/// The release build of the program.
fn build(peers: bool) -> Result<PathBuf, String> {
    let root = crate::regen::workspace_root();
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target/bench"),
    };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--manifest-path",
        ])
        .arg(root.join("bench/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    if !peers {
        command.arg("--no-default-features");
    }
    match command.status() {
        Ok(status) if status.success() => Ok(target.join("release/netlink-bench")),
        Ok(_) => Err("the program in bench/ does not build".to_owned()),
        Err(error) => Err(format!("cargo: {error}")),
    }
}

fn run(
    program: &Path,
    workload: &str,
    options: &Options,
    results: &mut Results,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .args(["rounds", workload, &format!("runs={}", options.runs)])
        .args(&options.sizes);
    if !options.peers {
        command.arg("peers=floor,ours");
    }
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(lines) = child.stdout.take() {
        for line in BufReader::new(lines).lines() {
            results.take(&line.map_err(failed)?)?;
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`rounds {workload}` ended with {status}")),
        Err(error) => Err(failed(error)),
    }
}

/// Replaces what stands between the two marks of a page.
fn write_between(path: &Path, text: &str) -> Result<(), String> {
    let page = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let parts = page
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(format!("{} has no place for the table", path.display()));
    };
    write(path, &format!("{before}{BEGIN}{text}{END}{after}"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
