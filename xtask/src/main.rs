//! The build system: `cargo xtask <command>`. This file only finds the command.
#![forbid(unsafe_code)]

mod apt;
mod bench;
mod cross;
mod fuzz;
mod host;
mod program;
mod regen;
mod schema;
mod size;
mod test;
mod uapi;
mod vm;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

Commands:
  bench [--runs N] [--update] [--no-peers] [WORKLOAD…] [SIZE=N…]
                                 time the library beside the floor and other
                                 libraries; --update writes docs/performance.md
  bench --growth [--update]      how times grow with sizes, batches and tasks
  bench --builds [--update]      what a small program costs to build, by this
                                 library and by others
  bench --instructions [--check] count the instructions of the codec;
                                 bench --help says more
  regen [--check] [--root DIR]   write netlink/src/generated from spec/;
                                 with --check, only say what is out of date
  test                           every check of the project
  size                           lines of code and cost of a release build,
                                 written to docs/size.md
  corpus PATH… [--json]          check the types against captured conversations
  values PATH… [--json]          compare decoded values with what the tools
                                 of captured conversations printed
  decode [--json] [FILE…]        captured messages, readable; --help says which
  schema --json                  everything the specs define, a JSON object a line
  uapi [TREE] [--cc 'CC FLAGS'] [--list]
                                 compare the specs with kernel headers, those
                                 that are installed unless TREE says others
  fuzz [--seconds N] [TARGET…]   the fuzzers of fuzz/, N seconds each;
                                 needs the nightly compiler
  vm [--kernel K] [--table] [FILTER…]
                                 the live tests as root on stock kernels, in an
                                 emulated machine; --help says more
  cross [--target T] [FILTER…]   the tests of the codec as programs of s390x and
                                 i386, emulated, and the oldest compiler
  help                           this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.split_first() {
        Some((command, rest)) => match command.as_str() {
            "bench" => bench::command(rest),
            "cross" => cross::command(rest),
            "corpus" | "decode" | "values" => tool(command, rest),
            "fuzz" => fuzz::command(rest),
            "regen" => regen::command(rest),
            "test" => test::run(),
            "schema" => schema::command(rest),
            "size" => size::run(),
            "uapi" => uapi::command(rest),
            "vm" => vm::command(rest),
            "help" | "--help" | "-h" => {
                print!("{HELP}");
                Ok(())
            }
            other => Err(format!("no command is called `{other}`\n\n{HELP}")),
        },
        None => Err(HELP.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// Runs a program that needs the library, which this one must not: it writes a part of it.
fn tool(name: &str, args: &[String]) -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = std::process::Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "netlink-tests",
            "--bin",
            name,
            "--",
        ])
        .args(args)
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{name}` found something"))
    }
}
