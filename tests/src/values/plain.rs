//! When a printed value and a decoded one are the same without further rules.

use super::tree::{Node, Value, number};
use serde_json::Value as Json;
use std::net::IpAddr;

/// Whether they are the same.
#[must_use]
pub fn same(json: &Json, node: &Node) -> bool {
    match (json, node) {
        // Printed for being there.
        (Json::Null, _) => true,
        (Json::Array(list), Node::List(items)) => {
            list.len() == items.len()
                && list
                    .iter()
                    .zip(items)
                    .all(|(json, (_, node))| same(json, node))
        }
        // A list of one, printed without being one.
        (_, Node::List(items)) if items.len() == 1 => same(json, &items[0].1),
        (Json::Array(list), Node::Value(value)) => same_names(list, value, &[]),
        (Json::Bool(truth), Node::Value(value)) => truth_of(value) == *truth,
        (Json::Bool(truth), _) => *truth,
        (Json::Number(_), Node::Value(value)) => {
            integer(json).is_some_and(|integer| value.number() == Some(integer))
        }
        (Json::String(text), Node::Value(value)) => same_text(text, value),
        (Json::String(text), Node::List(_)) => hex(text).is_some_and(|bytes| bytes == node.bytes()),
        _ => false,
    }
}

/// An integer as JSON has it, or as text in decimal or hexadecimal digits.
#[must_use]
pub fn integer(json: &Json) -> Option<i128> {
    match json {
        Json::Number(have) => {
            let float = || have.as_f64().filter(|value| value.fract() == 0.0);
            let signed = have.as_i64().map(i128::from);
            signed
                .or_else(|| have.as_u64().map(i128::from))
                .or_else(|| float().map(|value| value as i128))
        }
        Json::String(text) => number(text),
        _ => None,
    }
}

fn truth_of(value: &Value) -> bool {
    // An attribute without payload is true by being there.
    value.bytes.is_empty() || value.number().is_some_and(|number| number != 0)
}

fn same_text(text: &str, value: &Value) -> bool {
    if let Some(string) = value.string() {
        return text.as_bytes().escape_ascii().to_string() == string;
    }
    if value.names().iter().any(|name| is_named(name, text)) {
        return true;
    }
    if let (Some(have), Some(printed)) = (value.number(), number(text)) {
        return have == printed;
    }
    if let (Ok(printed), Ok(have)) = (text.parse::<IpAddr>(), value.text.parse::<IpAddr>()) {
        return printed == have;
    }
    value.text == text || hex(text).is_some_and(|bytes| bytes == value.bytes)
}

/// Whether a tool prints the constant `name` as `text`: by its last words, in any case, with any or no blanks between.
#[must_use]
pub fn is_named(name: &str, text: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_uppercase()).collect()
    };
    let wanted = plain(text);
    let words: Vec<&str> = name.split('_').collect();
    !wanted.is_empty() && (0..words.len()).any(|first| plain(&words[first..].concat()) == wanted)
}

/// Whether a list of words names all bits of a value, except those `without`.
#[must_use]
pub fn same_names(list: &[Json], value: &Value, without: &[&str]) -> bool {
    let mut names = value.names();
    names.retain(|name| !without.iter().any(|other| is_named(name, other)));
    list.len() == names.len()
        && list.iter().filter_map(Json::as_str).all(|text| {
            let found = names.iter().position(|name| {
                is_named(name, text) || (number(text).is_some() && number(text) == number(name))
            });
            found.map(|at| names.remove(at)).is_some()
        })
}

/// Bytes of hexadecimal digits, with or without separators.
#[must_use]
pub fn hex(text: &str) -> Option<Vec<u8>> {
    if text.contains([':', '-', ' ']) {
        let octets = text.split([':', '-', ' ']);
        return octets
            .map(|octet| u8::from_str_radix(octet, 16).ok())
            .collect();
    }
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.is_empty() || digits.len() % 2 == 1 || !digits.is_ascii() {
        return None;
    }
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_by_their_last_words() {
        assert!(is_named("ARPHRD_ETHER", "ether"));
        assert!(is_named("ETH_P_8021Q", "802.1Q"));
        assert!(is_named("CAN_STATE_ERROR_ACTIVE", "ERROR-ACTIVE"));
        assert!(!is_named("ARPHRD_ETHER", "her"));
        assert!(!is_named("ARPHRD_EETHER", "ether"));
        assert!(!is_named("ARPHRD_ETHER", ""));
    }

    #[test]
    fn flags_are_all_named() {
        let value = Value {
            text: "0x41 (IFF_UP | IFF_RUNNING)".to_owned(),
            bytes: vec![0x41, 0, 0, 0],
        };
        let list = |words: &[&str]| {
            words
                .iter()
                .map(|word| Json::from(*word))
                .collect::<Vec<_>>()
        };
        assert!(same_names(&list(&["RUNNING", "UP"]), &value, &[]));
        assert!(same_names(&list(&["UP"]), &value, &["RUNNING"]));
        assert!(!same_names(&list(&["UP"]), &value, &[]));
        assert!(!same_names(&list(&["UP", "UP"]), &value, &[]));
    }

    #[test]
    fn digits() {
        assert_eq!(hex("02:00:0a"), Some(vec![2, 0, 10]));
        assert_eq!(hex("deadbeef"), Some(vec![0xde, 0xad, 0xbe, 0xef]));
        assert_eq!(hex("abc"), None);
        assert_eq!(hex("zz"), None);
    }
}
