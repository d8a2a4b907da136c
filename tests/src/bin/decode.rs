//! `cargo xtask decode`: captured messages as a readable tree, or as JSON.

use netlink_tests::capture::protocol_name;
use netlink_tests::corpus::debug;
use netlink_tests::dissect::{messages, to_json, tree};
use std::io::{Read, Write};
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask decode [--json] [--rust] [--protocol NAME] [FILE…]

Reads files, or standard input: hexadecimal digits of messages, strace output
(strace -xx, or -e read=all -e write=all), a pcap file of an nlmon device, or
JSON lines of captured conversations.

  --json            one JSON object a message
  --rust            messages as Rust shows them
  --protocol NAME   protocol of hex and strace input: route, xfrm, netfilter,
                    sock_diag; default route
";

enum Form {
    Tree,
    Json,
    Rust,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (mut form, mut protocol, mut files) = (Form::Tree, "route".to_owned(), Vec::new());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => form = Form::Json,
            "--rust" => form = Form::Rust,
            "--protocol" => protocol = args.next().ok_or("`--protocol` needs a name")?,
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            other if other.starts_with("--") => {
                return Err(format!("unknown argument `{other}`\n\n{HELP}"));
            }
            _ => files.push(arg),
        }
    }
    let mut inputs = Vec::new();
    if files.is_empty() {
        let mut input = Vec::new();
        std::io::stdin()
            .read_to_end(&mut input)
            .map_err(|error| error.to_string())?;
        inputs.push(input);
    }
    for file in files {
        inputs.push(std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?);
    }
    let mut out = std::io::stdout().lock();
    for input in inputs {
        for message in messages(&input, protocol_name(&protocol))? {
            let text = match form {
                Form::Tree => tree(&message),
                Form::Json => format!("{}\n", to_json(&message)),
                Form::Rust => format!("{}\n", debug(&message).unwrap_or_else(|error| error)),
            };
            match out.write_all(text.as_bytes()) {
                Ok(()) => {}
                // Whoever reads has read enough.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
    Ok(())
}
