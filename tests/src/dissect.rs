//! Captured messages of any form, readable: what `cargo xtask decode` shows.

use crate::capture::{self, Message};
use crate::corpus::{name_of, shape_of};
use netlink::wire::Direction;
use netlink::wire::schema;
use serde_json::json;

/// The messages of an input, whose form shows in its first bytes.
///
/// # Errors
/// Says what it is not.
pub fn messages(input: &[u8], protocol: &str) -> Result<Vec<Message>, String> {
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

/// A message as a title and a tree of what it says.
#[must_use]
pub fn tree(message: &Message) -> String {
    let to_kernel = message.direction == Direction::ToKernel;
    let shape = shape_of(message).unwrap_or(netlink::wire::Shape::Bytes);
    format!(
        "{}\n{}\n",
        title(message),
        schema::annotate(&shape, &message.body, to_kernel)
    )
}

/// A message as one JSON object.
#[must_use]
pub fn to_json(message: &Message) -> serde_json::Value {
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
