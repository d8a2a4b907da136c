//! The build system: `cargo xtask <command>`. This file only finds the command.
#![forbid(unsafe_code)]

mod regen;
mod schema;
mod size;
mod test;
mod uapi;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

Commands:
  regen [--check] [--root DIR]   write netlink/src/generated from spec/;
                                 with --check, only say what is out of date
  test                           every check of the project
  size                           lines of code and cost of a release build,
                                 written to docs/size.md
  schema --json                  everything the specs define, a JSON object a line
  uapi [TREE] [--cc 'CC FLAGS'] [--list]
                                 compare the specs with kernel headers, those
                                 that are installed unless TREE says others
  help                           this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.split_first() {
        Some((command, rest)) => match command.as_str() {
            "regen" => regen::command(rest),
            "test" => test::run(),
            "schema" => schema::command(rest),
            "size" => size::run(),
            "uapi" => uapi::command(rest),
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
