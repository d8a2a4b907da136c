//! Messages out of captures of any form: JSON records, hexadecimal digits, strace, pcap.

use crate::try_from_hex;
use netlink::wire::Direction;
use serde_json::Value;
use std::collections::BTreeMap;

/// Bytes of `struct nlmsghdr`.
const HEADER: usize = 16;

/// The first type that is a protocol's own.
const FIRST_TYPE: u16 = 16;

/// Both flags that ask for a dump.
const DUMP: u16 = 0x300;

/// The request flag of `nlmsg_flags`.
const REQUEST: u16 = 1;

/// One message with what its meaning depends on.
#[derive(Clone, Debug)]
pub struct Message {
    /// Name of the protocol family: `route`, or the generic netlink family's.
    pub family: String,
    /// Who wrote it.
    pub direction: Direction,
    /// `nlmsg_type`, or the command of generic netlink; `None` for control messages.
    pub kind: Option<u16>,
    /// What follows the header, that of generic netlink included.
    pub body: Vec<u8>,
    /// The selector that the conversation provides, for answers that say less than their request.
    pub context: Option<u64>,
    /// Whether a program asks for a dump.
    pub dump: bool,
    /// Command and kernel, or place in the input.
    pub origin: String,
}

/// The name of a netlink protocol in the specs.
#[must_use]
pub fn protocol_name(name: &str) -> &str {
    match name {
        "NETLINK_ROUTE" | "0" => "route",
        "NETLINK_SOCK_DIAG" | "NETLINK_INET_DIAG" | "4" => "sock_diag",
        "NETLINK_XFRM" | "6" => "xfrm",
        "NETLINK_NETFILTER" | "12" => "netfilter",
        "NETLINK_GENERIC" | "16" => "generic",
        "SIOCETHTOOL" => "ethtool_ioctl",
        other => other,
    }
}

/// Splits buffers of one conversation into messages.
#[derive(Debug, Default)]
pub struct Splitter {
    /// Generic netlink families by number.
    pub families: BTreeMap<u16, String>,
    /// The protocol byte of the last socket diagnosis request.
    context: Option<u64>,
}

impl Splitter {
    /// A conversation in which generic netlink families have these numbers.
    #[must_use]
    pub fn new(families: BTreeMap<u16, String>) -> Self {
        Splitter {
            families,
            context: None,
        }
    }

    /// The messages of one buffer; it ends at the first header that cannot be one.
    pub fn split(
        &mut self,
        protocol: &str,
        direction: Direction,
        buffer: &[u8],
        origin: &str,
    ) -> Vec<Message> {
        let mut list = Vec::new();
        let mut rest = buffer;
        while let Some((len, kind, flags)) = header(rest) {
            if len < HEADER || len > rest.len() {
                break;
            }
            let body = &rest[HEADER..len];
            let mut message = self.message(protocol, direction, kind, body, origin);
            message.dump = direction == Direction::ToKernel && flags & DUMP == DUMP;
            list.push(message);
            rest = &rest[len.next_multiple_of(4).min(rest.len())..];
        }
        list
    }

    pub(crate) fn message(
        &mut self,
        protocol: &str,
        direction: Direction,
        kind: u16,
        body: &[u8],
        origin: &str,
    ) -> Message {
        let mut message = Message {
            family: protocol.to_owned(),
            direction,
            kind: (kind >= FIRST_TYPE).then_some(kind),
            body: body.to_vec(),
            context: None,
            dump: false,
            origin: origin.to_owned(),
        };
        if message.kind.is_none() {
            return message;
        }
        match protocol {
            "generic" => {
                // The controller's number is fixed.
                let name = if kind == 16 {
                    Some("nlctrl")
                } else {
                    self.families.get(&kind).map(String::as_str)
                };
                message.family =
                    name.map_or_else(|| format!("generic family {kind}"), str::to_owned);
                message.kind = body.first().map(|command| u16::from(*command));
                message.body = body.get(4..).unwrap_or_default().to_vec();
            }
            "sock_diag" => {
                if direction == Direction::ToKernel {
                    self.context = body.get(1).map(|protocol| u64::from(*protocol));
                }
                message.context = self.context;
            }
            _ => {}
        }
        message
    }
}

fn header(bytes: &[u8]) -> Option<(usize, u16, u16)> {
    let len = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?);
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    let flags = u16::from_ne_bytes(bytes.get(6..8)?.try_into().ok()?);
    Some((len as usize, kind, flags))
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    try_from_hex(hex).ok_or_else(|| "expected pairs of hexadecimal digits".to_owned())
}

/// The messages of one record of the JSON lines format.
///
/// # Errors
/// Says what is not of that form.
pub fn record(line: &str) -> Result<Vec<Message>, String> {
    let record: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
    let origin = format!("{} # {}", text("cmd"), text("kernel"));
    let families = record
        .get("genl")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let families = families
        .filter_map(|(id, name)| Some((id.parse().ok()?, name.as_str()?.to_owned())))
        .collect();
    let mut splitter = Splitter::new(families);
    let mut list = Vec::new();
    for part in record
        .get("exchange")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let field = |key: &str| part.get(key).and_then(Value::as_str);
        let protocol = protocol_name(field("proto").unwrap_or(text("protocol")));
        // What a short buffer cut off is no message.
        let direction = match field("dir") {
            Some("send") => Direction::ToKernel,
            Some("recv") => Direction::FromKernel,
            Some("ioctl") => {
                for (key, direction) in [
                    ("before", Direction::ToKernel),
                    ("hex", Direction::FromKernel),
                ] {
                    // A refused call leaves the structure as it was.
                    let refused = part
                        .get("ret")
                        .and_then(Value::as_i64)
                        .is_some_and(|ret| ret < 0);
                    let Some(hex) = field(key).filter(|_| key == "before" || !refused) else {
                        continue;
                    };
                    list.push(Message {
                        family: "ethtool_ioctl".to_owned(),
                        direction,
                        kind: Some(0),
                        body: bytes(hex)?,
                        context: None,
                        dump: false,
                        origin: origin.clone(),
                    });
                }
                continue;
            }
            other => return Err(format!("unknown direction {other:?}")),
        };
        let Some(hex) = field("hex") else {
            return Err("an exchange without bytes".to_owned());
        };
        list.extend(splitter.split(protocol, direction, &bytes(hex)?, &origin));
    }
    Ok(list)
}

/// Messages in hexadecimal digits; white space does not count. The request flag tells the direction.
///
/// # Errors
/// On anything but digits.
pub fn hex(text: &str, protocol: &str) -> Result<Vec<Message>, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(guess(&bytes(&digits)?, protocol, "hex"))
}

fn guess(bytes: &[u8], protocol: &str, origin: &str) -> Vec<Message> {
    let request = header(bytes).is_some_and(|(_, _, flags)| flags & REQUEST != 0);
    let direction = if request {
        Direction::ToKernel
    } else {
        Direction::FromKernel
    };
    Splitter::default().split(protocol, direction, bytes, origin)
}

/// Messages of strace output: buffers printed by `-e read=… -e write=…` as hex dumps, or by `-xx` as strings. The protocol is
/// that of the last netlink `socket` call.
#[must_use]
pub fn strace(text: &str, protocol: &str) -> Vec<Message> {
    let mut protocol = protocol.to_owned();
    let (mut list, mut dump) = (Vec::new(), Vec::new());
    let mut splitter = Splitter::default();
    let mut direction = Direction::ToKernel;
    let mut flush =
        |dump: &mut Vec<u8>, direction, protocol: &str, list: &mut Vec<Message>, number: usize| {
            if !dump.is_empty() {
                list.extend(splitter.split(protocol, direction, dump, &format!("line {number}")));
                dump.clear();
            }
        };
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if let Some(row) = trimmed.strip_prefix("| ") {
            // Offset, sixteen bytes in two groups, then the same as text.
            let bytes = row
                .split_whitespace()
                .skip(1)
                .take_while(|word| word.len() == 2);
            dump.extend(bytes.filter_map(|word| u8::from_str_radix(word, 16).ok()));
            continue;
        }
        flush(&mut dump, direction, &protocol, &mut list, number);
        if let Some(after) = trimmed.split("socket(AF_NETLINK").nth(1) {
            if let Some(name) = after
                .split(',')
                .nth(2)
                .map(|word| word.trim().split(')').next().unwrap_or_default().trim())
            {
                protocol_name(name).clone_into(&mut protocol);
            }
        }
        if trimmed.contains("recv") || trimmed.contains("read") {
            direction = Direction::FromKernel;
        } else if trimmed.contains("send") || trimmed.contains("write") {
            direction = Direction::ToKernel;
        }
        for string in trimmed.split('"').skip(1).step_by(2) {
            if let Some(bytes) = escaped(string) {
                list.extend(Splitter::default().split(
                    &protocol,
                    direction,
                    &bytes,
                    &format!("line {}", number + 1),
                ));
            }
        }
    }
    flush(&mut dump, direction, &protocol, &mut list, 0);
    list
}

/// Bytes of a string made of `\x00` escapes only.
fn escaped(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?;
    digits
        .split("\\x")
        .map(|pair| {
            u8::from_str_radix(pair, 16)
                .ok()
                .filter(|_| pair.len() == 2)
        })
        .collect()
}

/// Messages of a pcap file of an nlmon device.
///
/// # Errors
/// If it is not such a file.
pub fn pcap(file: &[u8]) -> Result<Vec<Message>, String> {
    const LINKTYPE_NETLINK: u32 = 253;
    /// Packet types of the cooked header: to a program, to the kernel.
    const TO_USER: u16 = 6;
    let magic = file.get(..4).ok_or("too short for a pcap file")?;
    let little = match magic {
        [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => true,
        [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => false,
        _ => return Err("not a pcap file".to_owned()),
    };
    let number = |at: usize| -> Option<u32> {
        let bytes: [u8; 4] = file.get(at..at + 4)?.try_into().ok()?;
        Some(if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    };
    let link = number(20).ok_or("too short for a pcap file")?;
    if link & 0xffff != LINKTYPE_NETLINK {
        return Err(format!(
            "link type {link} is not netlink, {LINKTYPE_NETLINK}"
        ));
    }
    let mut list = Vec::new();
    let mut splitter = Splitter::default();
    let (mut at, mut count) = (24, 0);
    while let Some(len) = number(at + 8) {
        let start = at + 16;
        let packet = file
            .get(start..start + len as usize)
            .ok_or("the last packet is cut off")?;
        at = start + len as usize;
        count += 1;
        let Some((cooked, buffer)) = packet.split_at_checked(16) else {
            continue;
        };
        let kind = u16::from_be_bytes([cooked[0], cooked[1]]);
        let protocol = u16::from_be_bytes([cooked[14], cooked[15]]).to_string();
        let direction = if kind == TO_USER {
            Direction::FromKernel
        } else {
            Direction::ToKernel
        };
        list.extend(splitter.split(
            protocol_name(&protocol),
            direction,
            buffer,
            &format!("packet {count}"),
        ));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{from_hex, order, to_hex};

    /// RTM_GETLINK.
    fn get_link() -> Vec<u8> {
        stored("20000000 12000100 01000000 00000000 0000000000000000 0000000000000000")
    }

    fn stored(hex: &str) -> Vec<u8> {
        let bytes = from_hex(&hex.replace(' ', ""));
        order::messages("route", Direction::ToKernel, &bytes)
    }

    #[test]
    fn digits() {
        let list = hex(&to_hex(&get_link()), "route").unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(
            (list[0].kind, list[0].body.len(), list[0].direction),
            (Some(18), 16, Direction::ToKernel)
        );
        assert!(hex("0", "route").is_err());
    }

    #[test]
    fn strace_forms() {
        let get = stored("14000000 12000100 01000000 00000000 00000000");
        let error = stored("14000000 02000000 01000000 00000000 00000000");
        let escaped: String = get.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        let row = |at: usize| -> String {
            let row = error.iter().skip(at).take(16);
            row.map(|byte| format!("{byte:02x} ")).collect()
        };
        let text = format!(
            "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_XFRM) = 3\n\
             sendto(3, \"{escaped}\", 20, 0) = 20\nrecvmsg(3, ...) = 20\n \
             | 00000  {} ................ |\n | 00010  {}  .... |\n",
            row(0),
            row(16)
        );
        let list = strace(&text, "route");
        let seen: Vec<_> = list
            .iter()
            .map(|m| (m.family.as_str(), m.kind, m.direction))
            .collect();
        assert_eq!(
            seen,
            [
                ("xfrm", Some(18), Direction::ToKernel),
                ("xfrm", None, Direction::FromKernel)
            ]
        );
    }

    #[test]
    fn pcap_of_nlmon() {
        let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
        file.extend([0; 8]);
        file.extend(65535u32.to_le_bytes());
        file.extend(253u32.to_le_bytes());
        let message = get_link();
        let len = 16 + message.len() as u32;
        file.extend([0; 8]);
        file.extend(len.to_le_bytes());
        file.extend(len.to_le_bytes());
        file.extend([0, 7, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.extend(&message);
        let list = pcap(&file).unwrap();
        assert_eq!(
            (list.len(), list[0].family.as_str(), list[0].kind),
            (1, "route", Some(18))
        );
        assert!(pcap(&file[..file.len() - 1]).is_err());
        assert!(pcap(b"nonsense").is_err());
    }
}
