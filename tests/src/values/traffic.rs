//! Rules that only traffic control needs.

use super::at::At;
use super::numbers::close;
use super::plain::{integer, is_named, same};
use super::rules::{Call, Verdict};
use super::tree::{Node, number};
use super::words::is_ethertype;
use serde_json::Value as Json;

/// Ticks of the packet scheduler in a second.
const TICKS: f64 = 15_625_000.0;

/// What happens to a packet: the word for the verdict's upper four bits, or for the whole.
pub(super) fn verdict(call: &Call<'_>) -> Verdict {
    let (Some(text), Some(value)) = (call.json.as_str(), call.value()) else {
        return Verdict::Differ;
    };
    let name = match text {
        "pass" => "OK",
        "drop" => "SHOT",
        "continue" => "UNSPEC",
        other => other,
    };
    let upper = value.number().map(|have| have >> 28);
    let right = match text {
        "jump" => upper == Some(1),
        "goto" => upper == Some(2),
        _ => value.names().iter().any(|have| is_named(have, name)),
    };
    right.into()
}

/// The protocol in the lower half of a filter's `tcm_info`, which has the network's order.
pub(super) fn protocol(call: &Call<'_>) -> Verdict {
    let (Some(text), Some(value)) = (call.json.as_str(), call.value()) else {
        return Verdict::Differ;
    };
    let protocol = value
        .number()
        .map(|have| i128::from((have as u16).swap_bytes()));
    let names: Vec<&str> = protocol.into_iter().flat_map(ethertype_names).collect();
    is_ethertype(text, &names, protocol).into()
}

/// The names of a type of Ethernet frame, as the decoder has them.
fn ethertype_names(protocol: i128) -> Vec<&'static str> {
    use netlink::generated::core::EtherType;
    use netlink::wire::Int;
    let all = EtherType::NAMES.values.iter();
    all.filter(|(_, _, value)| i128::from(*value) == protocol)
        .map(|(_, name, _)| *name)
        .collect()
}

/// `major:minor`.
pub(super) fn handle(call: &Call<'_>) -> Verdict {
    let (Some(text), Some(have)) = (call.json.as_str(), call.number()) else {
        return Verdict::Differ;
    };
    let (major, minor) = (have >> 16, have & 0xffff);
    let expected = match have {
        0xffff_ffff => "root".to_owned(),
        0 => "none".to_owned(),
        _ if major == 0 => format!(":{minor:x}"),
        _ if minor == 0 => format!("{major:x}:"),
        _ => format!("{major:x}:{minor:x}"),
    };
    // A discipline without a handle has the major number zero.
    (text == expected || (have == 0 && text == "0:")).into()
}

/// `table:bucket:node`.
pub(super) fn u32_handle(call: &Call<'_>) -> Verdict {
    let Some(have) = call.number() else {
        return Verdict::Differ;
    };
    let (table, bucket, node) = (have >> 20, have >> 12 & 0xff, have & 0xfff);
    let part = |part: i128| {
        if part == 0 {
            String::new()
        } else {
            format!("{part:x}")
        }
    };
    let expected = match (bucket, node) {
        (0, 0) => format!("{table:x}:"),
        _ => format!("{table:x}:{}:{}", part(bucket), part(node)),
    };
    (call.json.as_str() == Some(&expected)).into()
}

/// Bytes that a time in ticks stands for at the rate of the first argument; as text with a unit and the size of a cell, of which
/// the second argument is the logarithm.
pub(super) fn burst(call: &Call<'_>) -> Verdict {
    let rate = call.arg_number(0).unwrap_or(0) as f64;
    let Some(ticks) = call.number() else {
        return Verdict::Differ;
    };
    let time = ticks as f64 / TICKS;
    // Older tools know microseconds only.
    let expected = [rate * time, rate * (time * 1e6).floor() / 1e6];
    let (printed, slack) = match call.json {
        Json::String(text) => {
            let (size, cell) = text.split_once('/').unwrap_or((text, ""));
            let log = call.arg_number(1).unwrap_or(0);
            if !cell.is_empty() && number(cell) != Some(1 << log) {
                return Verdict::Differ;
            }
            let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let (unit, slack) = match &size[digits.len()..] {
                "Mb" => (1024.0 * 1024.0, 1024.0),
                "Kb" => (1024.0, 16.0),
                _ => (1.0, 1.0),
            };
            (
                digits.parse::<f64>().ok().map(|number| number * unit),
                slack,
            )
        }
        other => (other.as_f64(), 1.0),
    };
    printed
        .is_some_and(|printed| {
            expected
                .iter()
                .any(|expected| (printed - expected).abs() <= slack)
        })
        .into()
}

/// Microseconds until a bucket of the size `limit` is empty: rate, buffer, and those of the peak.
pub(super) fn latency(call: &Call<'_>) -> Verdict {
    let (Some(limit), Some(printed)) = (call.number(), call.json.as_f64()) else {
        return Verdict::Differ;
    };
    let of = |rate: usize, buffer: usize| {
        let rate = call.arg_number(rate).filter(|rate| *rate > 0)? as f64;
        let micros = |ticks: i128| (ticks as f64 / TICKS * 1e6).floor();
        Some(1e6 * limit as f64 / rate - micros(call.arg_number(buffer)?))
    };
    let usual = of(0, 1).unwrap_or(0.0);
    let expected = of(2, 3).map_or(usual, |peak| peak.max(usual));
    ((printed - expected).abs() <= 2.0 || close(printed, expected, 1e-5)).into()
}

/// Queues of each class of `mqprio`: first and last, or first and how many.
pub(super) fn queues(call: &Call<'_>) -> Verdict {
    let base = call.arg(0).unwrap_or(".");
    let base = call
        .node
        .filter(|node| matches!(node, Node::Set(_)))
        .map_or_else(|| call.at.first(base), |node| Some(At::root(node)));
    let (Some(base), Some(list)) = (base, call.json.as_array()) else {
        return Verdict::Differ;
    };
    let right = |(index, printed): (usize, &Json)| {
        let offset = base.number(&format!("offset[{index}]"))?;
        let count = base.number(&format!("count[{index}]"))?;
        Some(match printed {
            Json::Array(ends) => ends
                .iter()
                .map(integer)
                .eq([Some(offset), Some(offset + count - 1)]),
            printed => {
                printed.get("offset").and_then(integer) == Some(offset)
                    && printed.get("count").and_then(integer) == Some(count)
            }
        })
    };
    let number = base.number("num_tc");
    let all = list
        .iter()
        .enumerate()
        .all(|entry| right(entry) == Some(true));
    (number == Some(list.len() as i128) && all).into()
}

/// A list with a value for each class, those without an entry being zero: the names of the entry's index and value, then words.
pub(super) fn by_index(call: &Call<'_>) -> Verdict {
    let (Some(index), Some(name), Some(list)) = (call.arg(0), call.arg(1), call.json.as_array())
    else {
        return Verdict::Differ;
    };
    let entries = call
        .node
        .map(|node| At::root(node).elements("."))
        .unwrap_or_default();
    let words = call.args.get(2..).unwrap_or_default();
    let meaning = |printed: &Json| match printed {
        Json::String(word) => words.iter().find_map(|arg| {
            let (have, value) = arg.split_once('=')?;
            (have == word).then(|| number(value)).flatten()
        }),
        other => integer(other),
    };
    let first = words
        .first()
        .and_then(|arg| number(arg.split_once('=')?.1))
        .unwrap_or(0);
    list.iter()
        .enumerate()
        .all(|(at, printed)| {
            let entry = entries
                .iter()
                .find(|entry| entry.number(index) == Some(at as i128));
            let value = entry.and_then(|entry| entry.number(name)).unwrap_or(first);
            meaning(printed) == Some(value)
        })
        .into()
}

/// A bit in the element of a list whose key is a number here: where the number is, the list, its key, its flags, the bit.
pub(super) fn bit_of(call: &Call<'_>) -> Verdict {
    let [here, list, key, flags, bit] = call.args else {
        return Verdict::Differ;
    };
    let wanted = call.at.number(here);
    let element = call
        .at
        .elements(list)
        .into_iter()
        .find(|at| at.number(key) == wanted);
    let flags = element.and_then(|at| at.first(flags));
    let set = flags
        .as_ref()
        .and_then(|at| at.node().value())
        .is_some_and(|value| value.names().contains(&bit.as_str()));
    call.truth(set)
}

/// What connection tracking translates: `src addr A-B port C-D`.
pub(super) fn nat(call: &Call<'_>) -> Verdict {
    let (Some(text), Some(value)) = (call.json.as_str(), call.value()) else {
        return Verdict::Differ;
    };
    let has = |name: &str| value.names().contains(&name);
    let range = |low: &str, high: &str| {
        let text = |path: &str| Some(call.at.first(path)?.node().value()?.text.clone());
        match (text(low), text(high)) {
            (Some(low), Some(high)) if low != high => Some(format!("{low}-{high}")),
            (low, _) => low,
        }
    };
    let mut words = Vec::new();
    for (name, word) in [("TCA_CT_ACT_NAT_SRC", "src"), ("TCA_CT_ACT_NAT_DST", "dst")] {
        if has(name) {
            words.push(word.to_owned());
        }
    }
    let address = range(
        "TCA_CT_NAT_IPV4_MIN|TCA_CT_NAT_IPV6_MIN",
        "TCA_CT_NAT_IPV4_MAX|TCA_CT_NAT_IPV6_MAX",
    );
    words.extend(address.map(|address| format!("addr {address}")));
    let port = range("TCA_CT_NAT_PORT_MIN", "TCA_CT_NAT_PORT_MAX");
    words.extend(port.map(|port| format!("port {port}")));
    (text.trim() == words.join(" ")).into()
}

/// The helper of a connection: `family-protocol-name`.
pub(super) fn helper(call: &Call<'_>) -> Verdict {
    let (Some(text), Some(name)) = (
        call.json.as_str(),
        call.value().and_then(|value| value.string()),
    ) else {
        return Verdict::Differ;
    };
    let mut parts = text.splitn(3, '-');
    // The tool knows of two families only.
    let inet = call.at.number("TCA_CT_HELPER_FAMILY") == Some(2);
    let family = parts.next() == Some(if inet { "ipv4" } else { "ipv6" });
    let named = |path: &str, text: &str| {
        let at = call.at.first(path);
        at.is_some_and(|at| same(&Json::from(text), at.node()))
    };
    let protocol = parts.next().unwrap_or_default();
    (family && named("TCA_CT_HELPER_PROTO", protocol) && parts.next() == Some(name)).into()
}
