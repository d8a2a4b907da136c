//! `cargo xtask test`: every check of the project, in the order that finds mistakes soonest.

use std::process::Command;
use std::time::Instant;

/// A step: what it is called, and the command.
struct Step {
    name: &'static str,
    program: String,
    args: Vec<&'static str>,
}

fn cargo(name: &'static str, args: &[&'static str]) -> Step {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    Step {
        name,
        program,
        args: args.to_vec(),
    }
}

/// Runs all steps; the first one that fails ends the run.
pub(crate) fn run() -> Result<(), String> {
    let steps = [
        cargo("formatting", &["fmt", "--all", "--check"]),
        cargo(
            "generated files",
            &[
                "run",
                "--quiet",
                "--package",
                "xtask",
                "--",
                "regen",
                "--check",
            ],
        ),
        cargo(
            "kernel headers",
            &["run", "--quiet", "--package", "xtask", "--", "uapi"],
        ),
        cargo(
            "lints",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "--deny",
                "warnings",
            ],
        ),
        cargo(
            "tests",
            &["test", "--workspace", "--all-targets", "--quiet"],
        ),
        cargo(
            "documentation examples",
            &["test", "--workspace", "--doc", "--quiet"],
        ),
        cargo(
            "documentation",
            &["doc", "--workspace", "--no-deps", "--quiet"],
        ),
        cargo("quickstart", &["run", "--quiet", "--example", "quickstart"]),
        cargo(
            "instructions",
            &[
                "run",
                "--quiet",
                "--package",
                "xtask",
                "--",
                "bench",
                "--instructions",
                "--check",
            ],
        ),
    ];
    for step in &steps {
        println!("== {}: {} {}", step.name, step.program, step.args.join(" "));
        let start = Instant::now();
        let status = Command::new(&step.program)
            .args(&step.args)
            .env("RUSTDOCFLAGS", "--deny warnings")
            // A snapshot that changed is a failure here, never an update.
            .env("INSTA_UPDATE", "no")
            .current_dir(crate::regen::workspace_root())
            .status();
        match status {
            Ok(status) if status.success() => {
                println!(
                    "== {}: ok in {:.0} s",
                    step.name,
                    start.elapsed().as_secs_f32()
                );
            }
            Ok(status) => return Err(format!("== {}: failed ({status})", step.name)),
            Err(error) => {
                return Err(format!(
                    "== {}: {} did not start: {error}",
                    step.name, step.program
                ));
            }
        }
    }
    println!("== all {} steps passed", steps.len());
    Ok(())
}
