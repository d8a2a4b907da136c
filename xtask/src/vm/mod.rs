//! `cargo xtask vm`: the live tests as root on stock kernels, each in an emulated machine that is thrown away.

mod cpio;
mod kernel;
mod machine;
mod modules;
mod table;
mod tools;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::host::{self, about};
use crate::program;
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
    let cache = host::cache("netlink-vm", "NETLINK_VM_CACHE")?;
    tools::install()?;
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

/// Builds the live tests; yields the program.
fn build() -> Result<PathBuf, String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["test", "--package", "netlink-tests", "--test", "live"]);
    let mut programs = program::build(&mut command)?.into_iter();
    programs
        .next()
        .map(|program| program.path)
        .ok_or("cargo did not say where the program of the live tests is".to_owned())
}
