//! A recorded conversation as JSON: [`Tape`].

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// One conversation.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Tape {
    /// What it is, for people.
    #[serde(default)]
    pub(super) cmd: String,
    /// The protocol of buffers that name none; some ioctls have a name there.
    #[serde(default, deserialize_with = "number")]
    pub(super) protocol: Option<u16>,
    /// What passed, in order.
    #[serde(default)]
    pub(super) exchange: Vec<Buffer>,
    /// Left out of the exchange.
    #[serde(default, skip_serializing)]
    pub(super) elided: Option<serde_json::Value>,
    /// The exchange was cut.
    #[serde(default, skip_serializing)]
    pub(super) truncated: bool,
}

/// One datagram, or what came instead of one.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Buffer {
    pub(super) dir: Direction,
    #[serde(default)]
    pub(super) hex: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) proto: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sock: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from_pid: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) real_len: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nsid: Option<i32>,
    /// The receive failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) errno: Option<i32>,
}

/// Which way a buffer went.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    #[default]
    Send,
    Recv,
    Ioctl,
}

impl Tape {
    pub(super) fn to_line(&self) -> String {
        // Strings and numbers always become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_u64().and_then(|number| u16::try_from(number).ok()))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that hexadecimal text stands for.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits
        .map(|pair| (pair.len() == 2).then(|| byte(pair))?)
        .collect()
}
