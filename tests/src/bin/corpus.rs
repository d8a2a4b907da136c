//! `cargo xtask corpus PATH… [--json]`: checks the types against captured conversations.

use netlink_tests::capture;
use netlink_tests::corpus::Report;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut paths, mut json) = (Vec::new(), false);
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--json" => json = true,
            _ => paths.push(arg),
        }
    }
    if paths.is_empty() {
        eprintln!("corpus needs files of captured conversations, JSON lines");
        return ExitCode::FAILURE;
    }
    let mut report = Report::default();
    for path in &paths {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::FAILURE;
            }
        };
        for (number, line) in text.lines().enumerate() {
            match capture::record(line) {
                Ok(messages) => messages
                    .iter()
                    .for_each(|message| report.check(message, true)),
                Err(error) => {
                    eprintln!("{path}:{}: {error}", number + 1);
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    if !json {
        for failure in report.failures.iter().take(20) {
            println!("{failure}\n");
        }
        for (name, figures) in &report.families {
            println!(
                "{name}: {} messages, {} decoded, {} equal, {} of {} bytes opaque",
                figures.messages,
                figures.decoded,
                figures.reencoded_equal,
                figures.opaque_bytes,
                figures.payload_bytes
            );
        }
    }
    if !json {
        for (command, count) in &report.cut {
            println!(
                "ethtool_ioctl: {count} structures of command {command} do not decode since the recorder cut them short"
            );
        }
    }
    println!("{}", report.json());
    let total = report.total();
    let whole = total.reencoded_equal == total.messages
        && total.unknown_attrs.is_empty()
        && total.scalars_failed.is_empty();
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
