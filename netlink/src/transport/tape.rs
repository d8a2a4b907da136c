//! A recorded conversation as JSON: [`Tape`].

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// One conversation.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Tape {
    /// What it is, for people.
    #[serde(default)]
    pub(super) cmd: String,
    /// The protocol of buffers that name none; ioctls have another name there.
    #[serde(default, with = "protocol")]
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
    #[serde(default, skip_serializing_if = "Option::is_none", with = "protocol")]
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

/// Protocols by their C names.
mod protocol {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::generated::core;

    macro_rules! protocols {
        ($($name:ident),* $(,)?) => {
            const PROTOCOLS: &[(&str, u16)] = &[$((stringify!($name), core::$name)),*];
        };
    }
    protocols!(
        NETLINK_ROUTE,
        NETLINK_USERSOCK,
        NETLINK_SOCK_DIAG,
        NETLINK_NFLOG,
        NETLINK_XFRM,
        NETLINK_SELINUX,
        NETLINK_ISCSI,
        NETLINK_AUDIT,
        NETLINK_FIB_LOOKUP,
        NETLINK_CONNECTOR,
        NETLINK_NETFILTER,
        NETLINK_KOBJECT_UEVENT,
        NETLINK_GENERIC,
        NETLINK_SCSITRANSPORT,
        NETLINK_RDMA,
        NETLINK_CRYPTO,
        NETLINK_SMC,
        // An older name, so not the one that is written.
        NETLINK_INET_DIAG,
    );

    #[derive(Deserialize, Serialize)]
    #[serde(untagged)]
    enum Named<'t> {
        Number(u16),
        Name(std::borrow::Cow<'t, str>),
    }

    pub(super) fn serialize<S: Serializer>(
        protocol: &Option<u16>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let named = protocol.map(|number| {
            let known = PROTOCOLS.iter().find(|(_, of)| *of == number);
            known.map_or(Named::Number(number), |(name, _)| {
                Named::Name((*name).into())
            })
        });
        named.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
        Ok(match Option::<Named<'de>>::deserialize(from)? {
            None => None,
            Some(Named::Number(number)) => Some(number),
            Some(Named::Name(name)) => {
                let known = PROTOCOLS.iter().find(|(of, _)| *of == name);
                known.map(|(_, number)| *number)
            }
        })
    }
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
