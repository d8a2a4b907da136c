//! What is stored was recorded on x86-64. On a machine with another byte order or other alignments it is translated by its
//! schema, so that it tests there as much as here.

use crate::capture::{Message, Splitter, protocol_name};
use crate::corpus::shape_of;
use crate::{to_hex, try_from_hex};
use netlink::generated::core::ExtAck;
use netlink::wire::schema::{Abi, translate};
use netlink::wire::{Direction, Shape, Value as _};
use serde_json::Value;
use std::borrow::Cow;

/// Whether this machine has what is stored as it is.
pub const IS_HOME: bool = cfg!(target_endian = "little") && align_of::<u64>() == 8;

/// Bytes of `struct nlmsghdr`.
const HEADER: usize = 16;

/// Types of control messages that have something in them.
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;

/// `NLM_F_CAPPED`: of the refused request there is only the header.
const CAPPED: u16 = 0x100;

/// A stored payload as this machine has it.
#[must_use]
pub fn payload(shape: &Shape, bytes: &[u8], direction: Direction, context: Option<u64>) -> Vec<u8> {
    let to_kernel = direction == Direction::ToKernel;
    translate(shape, bytes, to_kernel, context, Abi::X86_64)
}

/// The same of a message that was split off.
fn body(message: &Message) -> Vec<u8> {
    let shape = shape_of(message).unwrap_or(Shape::Bytes);
    payload(&shape, &message.body, message.direction, message.context)
}

/// A record of the JSON lines format as this machine would have recorded it.
///
/// # Panics
/// On what is not of that form.
#[must_use]
pub fn record(line: &str) -> Cow<'_, str> {
    if IS_HOME {
        return Cow::Borrowed(line);
    }
    let mut record: Value = serde_json::from_str(line).expect("a line of JSON");
    let protocol = record["protocol"].as_str().unwrap_or_default().to_owned();
    let families = record.get("genl").and_then(Value::as_object);
    let families = families
        .into_iter()
        .flatten()
        .filter_map(|(id, name)| Some((id.parse().ok()?, name.as_str()?.to_owned())));
    let mut splitter = Splitter::new(families.collect());
    let parts = record.get_mut("exchange").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        let dir = part["dir"].as_str().unwrap_or_default().to_owned();
        let own = part.get("proto").and_then(Value::as_str);
        let protocol = protocol_name(own.unwrap_or(&protocol)).to_owned();
        for (key, other) in [
            ("before", Direction::ToKernel),
            ("hex", Direction::FromKernel),
        ] {
            let Some(bytes) = part.get(key).and_then(Value::as_str).and_then(try_from_hex) else {
                continue;
            };
            let bytes = match dir.as_str() {
                "ioctl" => body(&Message {
                    family: "ethtool_ioctl".to_owned(),
                    direction: other,
                    kind: Some(0),
                    body: bytes,
                    context: None,
                    dump: false,
                    origin: String::new(),
                }),
                "send" => buffer(&mut splitter, &protocol, Direction::ToKernel, &bytes),
                _ => buffer(&mut splitter, &protocol, Direction::FromKernel, &bytes),
            };
            part[key] = Value::String(to_hex(&bytes));
        }
    }
    Cow::Owned(record.to_string())
}

/// Stored messages one after the other, as this machine has them.
#[must_use]
pub fn messages(protocol: &str, direction: Direction, bytes: &[u8]) -> Vec<u8> {
    buffer(&mut Splitter::default(), protocol, direction, bytes)
}

/// A header's length, type, flags, sequence number and port.
fn header(bytes: &[u8]) -> Option<(usize, u16, u16, [u32; 2])> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let half = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    Some((word(0)? as usize, half(4)?, half(6)?, [word(8)?, word(12)?]))
}

/// Messages one after the other; what a recorder cut off stays as it is.
fn buffer(splitter: &mut Splitter, protocol: &str, direction: Direction, bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let Some((len, kind, flags, words)) = header(rest) {
        let Some(old) = rest.get(HEADER..len) else {
            break;
        };
        let mut message = splitter.message(protocol, direction, kind, old, "");
        message.dump = direction == Direction::ToKernel && flags & 0x300 == 0x300;
        let mut new = if message.kind.is_some() {
            // The header of generic netlink has nothing that differs.
            let mut new = old[..old.len() - message.body.len()].to_vec();
            new.extend(body(&message));
            new
        } else {
            control(splitter, protocol, kind, flags, old)
        };
        put_header(&mut out, HEADER + new.len(), kind, flags, words);
        let end = len.next_multiple_of(4).min(rest.len());
        if end > len {
            new.resize(new.len().next_multiple_of(4), 0);
        }
        out.extend(new);
        rest = &rest[end..];
    }
    out.extend(rest);
    out
}

fn put_header(out: &mut Vec<u8>, len: usize, kind: u16, flags: u16, words: [u32; 2]) {
    out.extend((len as u32).to_ne_bytes());
    out.extend(kind.to_ne_bytes());
    out.extend(flags.to_ne_bytes());
    words.iter().for_each(|word| out.extend(word.to_ne_bytes()));
}

/// An acknowledgement, with the request it is about, or the end of a dump.
fn control(splitter: &Splitter, protocol: &str, kind: u16, flags: u16, bytes: &[u8]) -> Vec<u8> {
    let (NLMSG_ERROR | NLMSG_DONE, Some((errno, mut rest))) = (kind, bytes.split_first_chunk())
    else {
        return bytes.to_vec();
    };
    let mut out = i32::from_le_bytes(*errno).to_ne_bytes().to_vec();
    if kind == NLMSG_ERROR {
        let Some((len, kind, of, words)) = header(rest) else {
            return bytes.to_vec();
        };
        let end = if flags & CAPPED == 0 { len } else { HEADER };
        let end = end.clamp(HEADER, rest.len());
        // What the request asked for must not count as the question of the answers that follow.
        let mut apart = Splitter::new(splitter.families.clone());
        let old = &rest[HEADER..end];
        let message = apart.message(protocol, Direction::ToKernel, kind, old, "");
        let mut new = old[..old.len() - message.body.len()].to_vec();
        new.extend(body(&message));
        let len = if end > HEADER {
            HEADER + new.len()
        } else {
            len
        };
        put_header(&mut out, len, kind, of, words);
        new.resize(new.len().next_multiple_of(4), 0);
        out.extend(new);
        rest = &rest[end.next_multiple_of(4).min(rest.len())..];
    }
    out.extend(payload(&ExtAck::SHAPE, rest, Direction::FromKernel, None));
    out
}
