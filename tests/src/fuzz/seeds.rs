//! Where fuzzers start from: captured conversations, samples of every type, specs, derive input. Made when asked for.

use super::Input;
use super::spec::FILE;
use crate::bodies::BODIES;
use crate::capture::{self, Message};
use crate::order;
use crate::to_hex;
use netlink::wire::Direction;
use netlink::wire::schema::samples;
use std::fs;
use std::path::{Path, PathBuf};

/// Inputs worth starting from.
///
/// # Panics
/// If the repository is not there.
#[must_use]
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "decode" | "schema" => {
            let mut all = captured();
            all.extend(made());
            all
        }
        "message" | "engine" => noise(),
        "dissect" => dissect(),
        "spec" => specs(),
        "derive" => items(),
        _ => Vec::new(),
    }
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files below a directory, sorted.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|have| have == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn corpus() -> String {
    read(&root().join("tests/data/corpus.jsonl"))
}

fn input(message: &Message) -> Option<Vec<u8>> {
    let family = match message.family.as_str() {
        "ethtool_ioctl" => "ioctl",
        other => other,
    };
    let kind = u32::from(message.kind?);
    let body = BODIES.iter().find(|body| {
        // All that ioctls of ethtool point at starts with the command.
        let same = body.id == kind || (family == "ioctl" && body.name == "SIOCETHTOOL");
        body.family == family
            && same
            && body.dump == message.dump
            && body.direction.is_none_or(|only| only == message.direction)
    })?;
    let input = Input {
        body,
        direction: message.direction,
        context: message.context,
        bytes: &message.body,
    };
    Some(input.write())
}

/// Bodies of captured messages. One conversation in three: they are alike.
fn captured() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for line in corpus().lines().step_by(3) {
        for message in capture::record(&order::record(line)).unwrap_or_default() {
            if message.body.len() < 2048 {
                all.extend(input(&message));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Every attribute of every type.
fn made() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for body in BODIES {
        for direction in body.directions() {
            for sample in samples(&body.shape, direction == Direction::ToKernel) {
                if sample.bytes.len() < 4096 {
                    let input = Input {
                        body,
                        direction,
                        context: sample.context,
                        bytes: &sample.bytes,
                    };
                    all.push(input.write());
                }
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Bytes that decide, for targets that make things of them: something for each message and verb.
fn noise() -> Vec<Vec<u8>> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        (state >> 24) as u8
    };
    let mut all = Vec::new();
    for (index, body) in BODIES.iter().enumerate() {
        for direction in body.directions() {
            let bytes: Vec<u8> = (0..64 + index % 400).map(|_| next()).collect();
            let input = Input {
                body,
                direction,
                context: None,
                bytes: &bytes,
            };
            all.push(input.write());
            all.push(bytes);
        }
    }
    all
}

fn dissect() -> Vec<Vec<u8>> {
    let text = corpus();
    let mut all: Vec<Vec<u8>> = Vec::new();
    let lines = text.lines().filter(|line| line.len() < 3000).step_by(9);
    for line in lines {
        all.push(line.as_bytes().to_vec());
        let record: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let exchange = record["exchange"].as_array().into_iter().flatten();
        let Some(hex) = exchange.filter_map(|part| part["hex"].as_str()).next() else {
            continue;
        };
        all.push(hex.as_bytes().to_vec());
        let bytes = crate::from_hex(hex);
        let escaped: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        all.push(
            format!(
                "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3\nsendto(3, \"{escaped}\", 1) = 1\n"
            )
            .into_bytes(),
        );
        let mut rows =
            String::from("socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM) = 3\nrecvmsg(3, …) = 1\n");
        for (row, chunk) in bytes.chunks(16).enumerate() {
            let digits = to_hex(chunk);
            let pairs: Vec<&str> = (0..chunk.len())
                .map(|at| &digits[2 * at..2 * at + 2])
                .collect();
            rows.push_str(&format!(
                " | {:05x}  {}  ....  |\n",
                16 * row,
                pairs.join(" ")
            ));
        }
        all.push(rows.into_bytes());
        all.push(pcap(&bytes));
    }
    all
}

/// A file of an nlmon device with one packet.
fn pcap(message: &[u8]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    file.extend([0; 8]);
    file.extend(65535u32.to_le_bytes());
    file.extend(253u32.to_le_bytes());
    file.extend([0; 8]);
    for _ in 0..2 {
        file.extend((16 + message.len() as u32).to_le_bytes());
    }
    file.extend([0, 7, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(message);
    file
}

fn specs() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for group in ["ok", "err"] {
        let fixtures = root().join("codegen/tests/fixtures").join(group);
        for entry in fs::read_dir(&fixtures).expect("fixtures") {
            let case = entry.expect("a fixture").path();
            if !case.is_dir() {
                continue;
            }
            let mut text = String::new();
            for file in files(&case, "toml") {
                let name = file.strip_prefix(&case).unwrap_or(&file).display();
                text.push_str(&format!("{FILE}{name}\n{}", read(&file)));
            }
            all.push(text.into_bytes());
        }
    }
    for file in files(&root().join("spec"), "toml") {
        let text = read(&file);
        if text.len() < 6000 {
            all.push(text.into_bytes());
        }
    }
    all
}

/// Items that the derives read, each behind a line that says which macro: those of the generated modules that differ most, and all
/// mistakes of the UI tests.
fn items() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for file in files(&root().join("tests/tests/ui"), "rs")
        .into_iter()
        .chain(files(&root().join("codegen/tests/fixtures/ok"), "rs"))
    {
        let mut item = String::new();
        for line in read(&file).lines() {
            // An item ends where a line starts with its closing bracket.
            item.push_str(line);
            item.push('\n');
            if line.starts_with('}') || line.ends_with(';') {
                all.extend(one_item(&item));
                item.clear();
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// The macros in the order in which the target numbers them.
const MACROS: [&str; 8] = [
    "Attrs",
    "Layout",
    "Kind",
    "Messages",
    "Time",
    "open_enum",
    "flags",
    "parts",
];

fn one_item(text: &str) -> Option<Vec<u8>> {
    let number = MACROS.iter().position(|name| {
        text.lines().any(|line| {
            let line = line.trim_start();
            (line.starts_with("#[derive(") && line.contains(name))
                || line.starts_with(&format!("#[{name}("))
                || line.starts_with(&format!("#[netlink::{name}("))
        })
    })?;
    let args = text.lines().find_map(|line| {
        let (_, rest) = line.split_once(&format!("{}(", MACROS[number]))?;
        Some(rest.split(')').next().unwrap_or_default().to_owned())
    });
    let args = if number >= 5 {
        args.unwrap_or_default()
    } else {
        String::new()
    };
    let rest: Vec<&str> = text
        .lines()
        .filter(|line| {
            !MACROS[5..]
                .iter()
                .any(|name| line.contains(&format!("{name}(")))
        })
        .filter(|line| !line.starts_with("use ") && !line.starts_with("//!"))
        .collect();
    let letter = char::from(b'a' + number as u8);
    Some(format!("{letter}{args}\n{}\n", rest.join("\n")).into_bytes())
}
