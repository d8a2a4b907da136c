//! `cargo xtask values PATH… [--json]`: what the decoder prints beside what the tools printed, in captured conversations.

use netlink_tests::values::{Table, Values};
use std::path::Path;
use std::process::ExitCode;

/// Disagreements that are shown.
const SHOWN: usize = 20;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, String> {
    let (mut paths, mut json) = (Vec::new(), false);
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--json" => json = true,
            _ => paths.push(arg),
        }
    }
    if paths.is_empty() {
        return Err("values needs files of captured conversations, JSON lines".to_owned());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/values");
    let mut values = Values::new(Table::read(&folder)?);
    for path in &paths {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        for (number, line) in text.lines().enumerate() {
            values
                .add(line)
                .map_err(|error| format!("{path}:{}: {error}", number + 1))?;
        }
    }
    let report = values.compare();
    let total = report.total();
    if !json {
        for failure in total.failures.iter().take(SHOWN) {
            println!("{failure}\n");
        }
        print!("{}", report.text());
    }
    println!("{}", report.json());
    Ok(total.disagreed == 0 && total.compared() > 0)
}
