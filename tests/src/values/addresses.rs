//! Rules for addresses, prefixes and masks.

use super::plain::{self, integer, same};
use super::rules::{Call, Verdict};
use super::tree::{Node, number};
use serde_json::Value as Json;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl Call<'_> {
    /// An address of a link: octets, or an IP address where the link is a tunnel.
    pub(super) fn link_layer(&self) -> Verdict {
        let (Some(text), Some(node)) = (self.json.as_str(), self.node) else {
            return Verdict::Differ;
        };
        let bytes = node.bytes();
        let ip = text.parse::<IpAddr>().is_ok_and(|ip| match ip {
            IpAddr::V4(ip) => ip.octets().as_slice() == bytes,
            IpAddr::V6(ip) => ip.octets().as_slice() == bytes,
        });
        // An array of 32 octets holds shorter ones, with zeros behind.
        let same = |octets: Vec<u8>| {
            let rest = bytes.strip_prefix(octets.as_slice());
            rest.is_some_and(|rest| {
                rest.is_empty() || (bytes.len() == 32 && rest.iter().all(|byte| *byte == 0))
            })
        };
        (ip || plain::hex(text).is_some_and(same)).into()
    }

    /// An address; the words in the arguments stand for none or zero.
    pub(super) fn ip(&self) -> Verdict {
        let Some(text) = self.json.as_str() else {
            return Verdict::Differ;
        };
        let zero = self
            .node
            .is_none_or(|node| node.bytes().iter().all(|byte| *byte == 0));
        if self.args.iter().any(|word| word == text) {
            return zero.into();
        }
        self.node
            .and_then(|node| address(&node.bytes()))
            .is_some_and(|have| text.parse() == Ok(have))
            .into()
    }

    /// `address/length`, the length left out where it is that of a host; first argument: where the length is.
    pub(super) fn prefix(&self) -> Verdict {
        let Some(text) = self.json.as_str() else {
            return Verdict::Differ;
        };
        // Older tools print the destination of an encapsulation under the same key.
        let other = self.arg(1).and_then(|path| self.at.first(path));
        if other.is_some_and(|at| same(self.json, at.node()) || labels(text, &at.node().bytes())) {
            return Verdict::Agree;
        }
        let length = self.arg_number(0).unwrap_or(0);
        if matches!(text, "default" | "all" | "any") {
            let zero = self
                .node
                .is_none_or(|node| node.bytes().iter().all(|byte| *byte == 0));
            return (zero && length == 0).into();
        }
        let (address_text, printed) = match text.split_once('/') {
            Some((address, length)) => (address, number(length)),
            None => (text, None),
        };
        let Ok(printed_address) = address_text.parse::<IpAddr>() else {
            return self
                .node
                .is_some_and(|node| labels(text, &node.bytes()))
                .into();
        };
        let (host, zero): (i128, IpAddr) = match printed_address {
            IpAddr::V4(_) => (32, Ipv4Addr::UNSPECIFIED.into()),
            IpAddr::V6(_) => (128, Ipv6Addr::UNSPECIFIED.into()),
        };
        let have = self.node.map_or(Some(zero), |node| address(&node.bytes()));
        (have == Some(printed_address) && printed.unwrap_or(host) == length).into()
    }

    /// `value/mask`: the mask as a prefix length where it is one, left out where it is all ones, unless the second argument is `always`.
    pub(super) fn masked(&self) -> Verdict {
        let mask = self.arg(0).and_then(|path| self.at.first(path));
        let mask = mask.map(|at| at.node().bytes());
        let (Some(text), Some(node)) = (self.json.as_str(), self.node) else {
            return self.value_or_list();
        };
        let (value, printed) = text
            .split_once('/')
            .map_or((text, None), |(value, mask)| (value, Some(mask)));
        let whole = mask
            .as_ref()
            .is_none_or(|mask| mask.iter().all(|byte| *byte == 0xff));
        let right = match (printed, mask) {
            (None, _) => whole && self.arg(1) != Some("always"),
            (Some(printed), Some(mask)) => {
                let ones: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
                let leading = mask.iter().take_while(|byte| **byte == 0xff).count() as u32 * 8
                    + mask
                        .iter()
                        .find(|byte| **byte != 0xff)
                        .map_or(0, |byte| byte.leading_ones());
                let prefix = ones == leading && printed.parse() == Ok(ones);
                prefix || is_bytes(printed, &mask)
            }
            (Some(_), None) => false,
        };
        (right && is_bytes(value, &node.bytes())).into()
    }

    /// Bytes in hexadecimal digits.
    pub(super) fn octets(&self) -> bool {
        let mut bytes = self.node.map(Node::bytes).unwrap_or_default();
        // The tool's buffer cuts long ones short.
        bytes.truncate(self.arg_number(0).map_or(usize::MAX, |most| most as usize));
        match self.json {
            Json::String(text) => plain::hex(text).is_some_and(|printed| printed == bytes),
            Json::Array(list) => list
                .iter()
                .map(integer)
                .eq(bytes.iter().map(|byte| Some(i128::from(*byte)))),
            _ => false,
        }
    }

    /// Priority and address of a bridge.
    pub(super) fn bridge_id(&self) -> Verdict {
        let bytes = self.node.map(Node::bytes).unwrap_or_default();
        let Some((priority, address)) = bytes.split_first_chunk::<2>() else {
            return Verdict::Differ;
        };
        let octets: Vec<String> = address.iter().map(|octet| format!("{octet:x}")).collect();
        let expected = format!("{:04x}.{}", u16::from_be_bytes(*priority), octets.join(":"));
        (self.json.as_str() == Some(&expected)).into()
    }
}

/// An IP address by its length.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

/// Whether a text is the labels of MPLS, parted by slashes.
fn labels(text: &str, bytes: &[u8]) -> bool {
    let entries = bytes
        .chunks(4)
        .map(|entry| entry.try_into().map(u32::from_be_bytes));
    let labels = entries.map(|entry| entry.map(|entry| (entry >> 12).to_string()));
    let labels: Result<Vec<String>, _> = labels.collect();
    labels.is_ok_and(|labels| !labels.is_empty() && labels.join("/") == text)
}

/// Whether a text is these bytes: an address, or hexadecimal digits, of which leading zeros may be missing.
fn is_bytes(text: &str, bytes: &[u8]) -> bool {
    let ip = text.parse::<IpAddr>().ok();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let number = u64::from_str_radix(digits, 16)
        .ok()
        .map(|number| number.to_be_bytes());
    ip.is_some_and(|ip| address(bytes) == Some(ip))
        || plain::hex(text).is_some_and(|octets| octets == bytes)
        || number.is_some_and(|octets| {
            bytes.len() <= 8
                && octets.ends_with(bytes)
                && octets[..8 - bytes.len()].iter().all(|byte| *byte == 0)
        })
}
