//! `cargo xtask vm`: the live tests as root on stock kernels, each in an emulated machine that is thrown away.

mod apt;
mod cpio;
mod kernel;
mod machine;
mod modules;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use kernel::Kernel;

const HELP: &str = "\
Usage: cargo xtask vm [OPTION…] [FILTER…] [-- ARGUMENT…]

Boots a stock Debian kernel in an emulated machine and runs the live tests in there as root; a FILTER selects tests
by a part of their names, an ARGUMENT goes to the test runner. Nothing of the host can change: the machine sees its
files, and cannot write them. Kernels are fetched by apt once and kept in $NETLINK_VM_CACHE (~/.cache/netlink-vm).

  --kernel KERNEL   6.1, 6.12 or 7.3 (the default), all, or the path of a kernel image or of an unpacked kernel
                    package; may be given more than once
  --table           all kernels and all tests, and docs/kernels.md is written
  --fetch           only fetch what is missing
  --timeout SECONDS for all tests on one kernel, 900 unless said
";

/// What the command line asks for.
struct Options {
    kernels: Vec<String>,
    table: bool,
    fetch: bool,
    timeout: Duration,
    runner: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            kernels: Vec::new(),
            table: false,
            fetch: false,
            timeout: Duration::from_secs(900),
            runner: Vec::new(),
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} wants a value\n\n{HELP}"));
            match arg.as_str() {
                "--kernel" => options.kernels.push(value()?.clone()),
                "--table" => options.table = true,
                "--fetch" => options.fetch = true,
                "--timeout" => {
                    let seconds = value()?;
                    let seconds = seconds
                        .parse()
                        .map_err(|_| format!("`{seconds}` seconds?"))?;
                    options.timeout = Duration::from_secs(seconds);
                }
                "--" => options.runner.extend(args.by_ref().cloned()),
                "--help" | "-h" => return Err(HELP.to_owned()),
                option if option.starts_with('-') => {
                    return Err(format!("no option is called {option}\n\n{HELP}"));
                }
                filter => options.runner.push(filter.to_owned()),
            }
        }
        if options.table && !(options.runner.is_empty() && options.kernels.is_empty()) {
            return Err("--table is about all kernels and all tests".to_owned());
        }
        if options.table || options.kernels.iter().any(|name| name == "all") {
            options.kernels = kernel::names().map(str::to_owned).collect();
        } else if options.kernels.is_empty() {
            options
                .kernels
                .extend(kernel::names().last().map(str::to_owned));
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
    let options = Options::parse(args)?;
    if env::consts::ARCH != "x86_64" {
        return Err(format!(
            "the test programs would be for {}, and the kernels are for x86_64",
            env::consts::ARCH
        ));
    }
    let cache = cache()?;
    apt::install_tools()?;
    let kernels = options
        .kernels
        .iter()
        .map(|name| kernel::find(name, &cache));
    let kernels = kernels.collect::<Result<Vec<Kernel>, String>>()?;
    if options.fetch {
        return Ok(());
    }
    let program = build()?;
    let mut failed = Vec::new();
    let mut reports = Vec::new();
    for kernel in &kernels {
        println!("== the live tests on Linux {}", kernel.version);
        let start = Instant::now();
        let report = machine::run(kernel, &program, &options.runner, options.timeout, &cache)?;
        println!(
            "== Linux {}: {}, {:.0} s with boot",
            kernel.version,
            if report.passed { "ok" } else { "failed" },
            start.elapsed().as_secs_f32()
        );
        if !report.passed {
            failed.push(kernel.version.clone());
        }
        reports.push((kernel.version.clone(), report.results));
    }
    print!("{}", table::short(&reports));
    if !failed.is_empty() {
        return Err(format!("live tests failed on Linux {}", failed.join(", ")));
    }
    if options.table {
        let path = crate::regen::workspace_root().join("docs/kernels.md");
        fs::write(&path, table::long(&reports)).map_err(|error| about(&path, &error))?;
        println!("== {} written", path.display());
    }
    Ok(())
}

/// Where fetched kernels stay.
fn cache() -> Result<PathBuf, String> {
    let dir = match (
        env::var_os("NETLINK_VM_CACHE"),
        env::var_os("XDG_CACHE_HOME"),
        env::var_os("HOME"),
    ) {
        (Some(dir), _, _) => PathBuf::from(dir),
        (_, Some(dir), _) => PathBuf::from(dir).join("netlink-vm"),
        (_, _, Some(dir)) => PathBuf::from(dir).join(".cache/netlink-vm"),
        _ => {
            return Err("neither NETLINK_VM_CACHE nor HOME says where kernels are kept".to_owned());
        }
    };
    fs::create_dir_all(&dir).map_err(|error| about(&dir, &error))?;
    dir.canonicalize().map_err(|error| about(&dir, &error))
}

/// Builds the live tests; yields the program.
fn build() -> Result<PathBuf, String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "test",
            "--package",
            "netlink-tests",
            "--test",
            "live",
            "--no-run",
        ])
        .args(["--quiet", "--message-format", "json-render-diagnostics"])
        .current_dir(crate::regen::workspace_root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err("the live tests do not compile".to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs = messages.filter_map(|message| {
        let name = message.pointer("/target/name")?.as_str()?;
        let program = message.get("executable")?.as_str()?;
        (name == "live").then(|| PathBuf::from(program))
    });
    programs
        .next()
        .ok_or("cargo did not say where the program of the live tests is".to_owned())
}

/// Runs a program to its end; its output is only for a reader who has to find out what failed.
fn run(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!(
        "{command:?} failed ({}):\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn about(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
