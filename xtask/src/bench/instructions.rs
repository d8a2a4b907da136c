//! How many instructions an operation of the codec takes, counted by a simulator: the same on a busy machine as on an idle one.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PAGE: &str = "docs/instructions.md";

/// Operations of the program, and what each does.
const OPERATIONS: [(&str, &str); 7] = [
    ("decode_route", "decode `RTM_NEWROUTE` into `Route`"),
    (
        "decode_route_in_place",
        "the same into a place, as a list or a stream does",
    ),
    (
        "decode_link",
        "decode `RTM_NEWLINK` into `Link`, everything",
    ),
    (
        "decode_link_3fields",
        "three fields of `RTM_NEWLINK` through the view",
    ),
    ("encode_route", "encode `RTM_NEWROUTE`"),
    ("build_encode_route", "make a `Route` and encode it"),
    (
        "encode_getlink",
        "make a `LinkQuery` and encode `RTM_GETLINK`",
    ),
];

/// How often an operation is done: the difference leaves out what the program does besides.
const REPEATS: [u64; 2] = [500, 2500];

/// What a count may differ by, in percent.
const TOLERANCE: f64 = 3.0;

/// Writes the counts, or compares them with those written before.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let path = crate::regen::workspace_root().join(PAGE);
    let tools = tools();
    let before = fs::read_to_string(&path).unwrap_or_default();
    if check {
        match &tools {
            None => {
                println!("skipped: valgrind is not installed");
                return Ok(());
            }
            Some(tools) if !before.contains(tools.compiler.as_str()) => {
                println!(
                    "skipped: {PAGE} has counts of another compiler than {}",
                    tools.compiler
                );
                return Ok(());
            }
            Some(_) => {}
        }
    }
    let tools = tools.ok_or("valgrind is not installed")?;
    let program = super::build(false, "counted")?;
    let mut text = format!(
        "# Instructions\n\nWritten by `cargo xtask bench --instructions`; `cargo xtask test` compares, with a tolerance of {TOLERANCE} %, if\n\
         valgrind is there and the compiler is the same.\n\n{} for {}, {}, release build in one codegen unit.\n\n\
         | operation | instructions |\n| --- | ---: |\n",
        tools.compiler, tools.host, tools.valgrind
    );
    let mut differences = Vec::new();
    for (name, what) in OPERATIONS {
        let [few, many] = REPEATS.map(|iters| count(&program, name, iters));
        let each = many?.saturating_sub(few?) / (REPEATS[1] - REPEATS[0]);
        text.push_str(&format!("| {what} | {each} |\n"));
        let known = before.lines().find_map(|line| {
            line.strip_prefix(&format!("| {what} | "))?
                .strip_suffix(" |")
        });
        match known.and_then(|known| known.parse::<u64>().ok()) {
            Some(known) => {
                let percent = 100.0 * (each as f64 - known as f64) / known.max(1) as f64;
                println!("{what}: {each}, was {known} ({percent:+.1} %)");
                if percent.abs() > TOLERANCE {
                    differences.push(format!("{what}: {each} instructions, {PAGE} says {known}"));
                }
            }
            None => {
                println!("{what}: {each}");
                differences.push(format!("{what} is not in {PAGE}"));
            }
        }
    }
    if !check {
        return super::write(&path, &text);
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nIf that is meant: `cargo xtask bench --instructions`, and say in the commit why.",
        differences.join("\n")
    ))
}

/// What the counts depend on.
struct Tools {
    valgrind: String,
    compiler: String,
    host: String,
}

fn tools() -> Option<Tools> {
    let output = |program: &str, arg: &str| {
        let output = Command::new(program).arg(arg).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let compiler = output(&rustc, "-vV")?;
    Some(Tools {
        valgrind: output("valgrind", "--version")?,
        compiler: compiler.lines().next()?.to_owned(),
        host: compiler
            .lines()
            .find_map(|line| line.strip_prefix("host: "))?
            .to_owned(),
    })
}

fn count(program: &Path, operation: &str, iters: u64) -> Result<u64, String> {
    let out = program.with_file_name(format!("{operation}.callgrind"));
    let status = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(["operation", operation, &format!("iters={iters}")])
        .stderr(Stdio::null())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(format!("valgrind could not run `operation {operation}`"));
    }
    let report = fs::read_to_string(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let _ = fs::remove_file(&out);
    let total = report.lines().find_map(|line| {
        line.strip_prefix("summary: ")
            .or(line.strip_prefix("totals: "))
    });
    let total = total.and_then(|total| total.trim().parse().ok());
    total.ok_or_else(|| format!("callgrind said nothing of `operation {operation}`"))
}
