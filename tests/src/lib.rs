//! Helpers of the cross-crate tests.
#![forbid(unsafe_code)]

use netlink::generated::route::RouteMessage;
use netlink::wire::{Direction, Messages as _, Shape};

pub mod agree;
pub mod bodies;
pub mod capture;
pub mod corpus;
pub mod dissect;
pub mod fuzz;
pub mod make;
pub mod order;
pub mod snapshot;
pub mod values;

/// A message of a real conversation.
#[derive(Clone, Debug)]
pub struct Captured {
    /// Whether a program sent it.
    pub to_kernel: bool,
    /// `nlmsg_type`.
    pub kind: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Kernel, tool and command.
    pub origin: String,
}

/// Reads a file of captured messages, as this machine has them; its first line says how each of the others is made.
///
/// # Panics
/// On a line that is not of that form.
#[must_use]
pub fn captured(text: &str) -> Vec<Captured> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(line)
        .collect()
}

fn line(line: &str) -> Captured {
    let (message, origin) = line.split_once(" # ").expect("no origin");
    let mut words = message.split(' ');
    let mut word = || words.next().expect("a word is missing");
    let to_kernel = word() == "to";
    let kind = word().parse().expect("a message type");
    let hex = word().replace('-', "");
    let body = from_hex(&hex);
    let direction = if to_kernel {
        Direction::ToKernel
    } else {
        Direction::FromKernel
    };
    let mut types = RouteMessage::TYPES.iter();
    let known = types.find(|(message, _)| message.id == kind);
    let shape = known.and_then(|(_, shape)| *shape).unwrap_or(Shape::Bytes);
    Captured {
        to_kernel,
        kind,
        body: order::payload(&shape, &body, direction, None),
        origin: origin.to_owned(),
    }
}

/// Hexadecimal digits of bytes.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from hexadecimal digits.
///
/// # Panics
/// On anything else.
#[must_use]
pub fn from_hex(text: &str) -> Vec<u8> {
    try_from_hex(text).expect("hexadecimal digits")
}

/// Bytes from pairs of hexadecimal digits; `None` for anything else.
#[must_use]
pub fn try_from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let digit = |letter: &u8| char::from(*letter).to_digit(16);
    pairs
        .map(|pair| match pair {
            [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
            _ => None,
        })
        .collect()
}
