//! `cargo xtask decode`: captured messages as a readable tree, or as JSON.

use netlink::wire::Direction;
use netlink::wire::schema;
use netlink_tests::capture::{self, Message, protocol_name};
use netlink_tests::corpus::{debug, name_of, shape_of};
use serde_json::json;
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

/// The form of the input shows in its first bytes.
fn messages(input: &[u8], protocol: &str) -> Result<Vec<Message>, String> {
    if let Ok(messages) = capture::pcap(input) {
        return Ok(messages);
    }
    let text = std::str::from_utf8(input)
        .map_err(|_| "neither text nor a pcap file of an nlmon device")?;
    if text.trim_start().starts_with('{') {
        let mut list = Vec::new();
        for line in text.lines() {
            list.extend(capture::record(line)?);
        }
        return Ok(list);
    }
    capture::hex(text, protocol).or_else(|error| {
        let found = capture::strace(text, protocol);
        if found.is_empty() {
            Err(error)
        } else {
            Ok(found)
        }
    })
}

fn title(message: &Message) -> String {
    let name = name_of(message).map(str::to_owned);
    let name = name.unwrap_or_else(|| match message.kind {
        Some(kind) => format!("type {kind}"),
        None => "control message".to_owned(),
    });
    let way = if message.direction == Direction::ToKernel {
        "to the kernel"
    } else {
        "from the kernel"
    };
    format!(
        "{} {name} {way}, {} bytes: {}",
        message.family,
        message.body.len(),
        message.origin
    )
}

fn tree(message: &Message) -> String {
    let to_kernel = message.direction == Direction::ToKernel;
    let shape = shape_of(message).unwrap_or(netlink::wire::Shape::Bytes);
    format!(
        "{}\n{}\n",
        title(message),
        schema::annotate(&shape, &message.body, to_kernel)
    )
}

fn to_json(message: &Message) -> serde_json::Value {
    let to_kernel = message.direction == Direction::ToKernel;
    let mut fields = Vec::new();
    if let Some(shape) = shape_of(message) {
        schema::leaves(
            &shape,
            &message.body,
            to_kernel,
            message.context,
            &mut |leaf| {
                let value = leaf.show(&message.body);
                fields.push(json!({ "path": leaf.path, "value": value, "offset": leaf.offset, "length": leaf.len }));
            },
        );
    }
    json!({
        "family": message.family,
        "message": name_of(message),
        "type": message.kind,
        "to_kernel": to_kernel,
        "origin": message.origin,
        "fields": fields,
    })
}
