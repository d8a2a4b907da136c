//! Rules for words: enums, flags, names of interfaces.

use super::plain::{integer, is_named, same, same_names};
use super::rules::{Call, Verdict};
use super::tree::{Node, number};
use serde_json::Value as Json;

impl Call<'_> {
    /// `null` is printed for what is true; some tools print words, others 0 and 1.
    pub(super) fn truth(&self, truth: bool) -> Verdict {
        let printed = match self.json {
            Json::Null => Some(true),
            Json::Bool(printed) => Some(*printed),
            Json::String(word) => match word.as_str() {
                "on" => Some(true),
                "off" => Some(false),
                _ => None,
            },
            other => match integer(other) {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
        };
        (printed == Some(truth)).into()
    }

    /// One of the bits in the arguments is set: a name, or a number.
    pub(super) fn has_bit(&self) -> bool {
        let Some(value) = self.value() else {
            return false;
        };
        self.args.iter().any(|bit| match number(bit) {
            Some(mask) => value.number().is_some_and(|have| have & mask != 0),
            None => value.names().iter().any(|name| name == bit),
        })
    }

    pub(super) fn is_number(&self) -> bool {
        let have = self.number();
        self.args
            .iter()
            .any(|arg| have.is_some() && number(arg) == have)
    }

    /// `word=NAME` or `word=number`: a word that is not the last of the constant's name.
    pub(super) fn word(&self) -> Verdict {
        let (Some(text), Some(value)) = (self.json.as_str(), self.value()) else {
            return self.value_or_list();
        };
        let names = value.names();
        let known = self.args.iter().filter_map(|arg| arg.split_once('='));
        let mut known = known
            .filter(|(word, _)| *word == text || word.replace('~', " ") == text)
            .peekable();
        if known.peek().is_none() {
            return same(self.json, &Node::Value(value.clone())).into();
        }
        known
            .any(|(_, meaning)| match number(meaning) {
                Some(meaning) => value.number() == Some(meaning),
                None => names.iter().any(|name| is_named(name, meaning)),
            })
            .into()
    }

    /// A list of bits: `-NAME` is never printed, `+word` is printed without a bit, `word=NAME` has another name.
    pub(super) fn names(&self) -> Verdict {
        let mut list = match self.json {
            Json::Array(list) => list.clone(),
            Json::String(text) => text
                .split([',', ' ', '|', '/'])
                .filter(|word| !word.is_empty())
                .map(Json::from)
                .collect(),
            _ => return Verdict::Differ,
        };
        let mut without = Vec::new();
        for arg in self.args {
            if let Some(name) = arg.strip_prefix('-') {
                without.push(name);
            } else if let Some(word) = arg.strip_prefix('+') {
                list.retain(|have| have.as_str() != Some(word));
            } else if let Some((word, name)) = arg.split_once('=') {
                let word = word.replace('~', " ");
                let all = list.iter_mut().filter(|have| have.as_str() == Some(&word));
                all.for_each(|have| *have = Json::from(name));
            }
        }
        match self.value() {
            Some(value) => same_names(&list, value, &without).into(),
            None => list.is_empty().into(),
        }
    }

    pub(super) fn one_ifname(&self, text: &str, index: i128) -> Verdict {
        if text == format!("if{index}") || (index == 0 && text == "*") {
            return Verdict::Agree;
        }
        self.names.is(index, text)
    }

    /// The name of an interface, `null` for none.
    pub(super) fn ifname(&self) -> Verdict {
        match (self.json, self.number()) {
            (Json::Null, index) => (index.unwrap_or(0) == 0).into(),
            (Json::String(text), Some(index)) => {
                let word = self
                    .args
                    .iter()
                    .filter_map(|arg| arg.split_once('='))
                    .find(|(word, _)| word == text);
                match word {
                    Some((_, meaning)) => (meaning.parse() == Ok(index)).into(),
                    None => self.one_ifname(text, index),
                }
            }
            _ => Verdict::Differ,
        }
    }

    pub(super) fn ifnames(&self) -> Verdict {
        let values = self.node.map(Node::values).unwrap_or_default();
        let (Some(list), Some(first)) = (self.json.as_array(), values.first()) else {
            return Verdict::Differ;
        };
        if list.len() != values.len() || first.number().is_none() {
            return Verdict::Differ;
        }
        let all = list.iter().zip(values).map(|(json, value)| {
            json.as_str()
                .zip(value.number())
                .map_or(Verdict::Differ, |(text, index)| {
                    self.one_ifname(text, index)
                })
        });
        all.reduce(|one, other| if one == Verdict::Agree { other } else { one })
            .unwrap_or(Verdict::Agree)
    }

    /// A list of words for bits without a name here: `word=bits`; all together are the number.
    pub(super) fn bits(&self) -> Verdict {
        let words = self.json.as_array().map(Vec::as_slice).unwrap_or_default();
        let meaning = |word: &Json| {
            let mut args = self.args.iter().filter_map(|arg| arg.split_once('='));
            args.find(|(name, _)| Some(*name) == word.as_str())
                .and_then(|(_, bits)| number(bits))
        };
        let all = words
            .iter()
            .map(meaning)
            .try_fold(0, |all, bits| Some(all | bits?));
        (!words.is_empty() && all == self.number()).into()
    }

    /// `+word` for a bit that must be set, `-word` for one that must not: the bits of a value under the mask of the first argument.
    pub(super) fn signs(&self) -> Verdict {
        let mask = self.arg(0).and_then(|path| self.at.first(path));
        let mask = mask.as_ref().and_then(|at| at.node().value());
        let (Some(text), Some(value), Some(mask)) = (self.json.as_str(), self.value(), mask) else {
            return Verdict::Differ;
        };
        let named = |list: &[&str], name: &str| list.iter().any(|have| is_named(have, name));
        let (names, masks) = (value.names(), mask.names());
        let args = self.args.iter().filter_map(|arg| arg.split_once('='));
        let signs = args
            .filter(|(_, name)| named(&masks, name))
            .map(|(word, name)| {
                let sign = if named(&names, name) { '+' } else { '-' };
                format!("{sign}{word}")
            });
        let mut expected: Vec<String> = signs.collect();
        let mut printed: Vec<String> = Vec::new();
        for letter in text.chars() {
            match (letter, printed.last_mut()) {
                ('+' | '-', _) | (_, None) => printed.push(letter.to_string()),
                (_, Some(last)) => last.push(letter),
            }
        }
        expected.sort();
        printed.sort();
        (printed == expected).into()
    }

    /// The type of an Ethernet frame: a name, or hexadecimal digits.
    pub(super) fn ethertype(&self) -> Verdict {
        let (Some(text), Some(value)) = (self.json.as_str(), self.value()) else {
            return Verdict::Differ;
        };
        is_ethertype(text, &value.names(), value.number()).into()
    }
}

/// Whether a tool prints a type of Ethernet frame so.
pub(super) fn is_ethertype(text: &str, names: &[&str], number: Option<i128>) -> bool {
    let name = if text == "ipv4" { "ip" } else { text };
    names.iter().any(|have| is_named(have, name))
        || (number.is_some()
            && i128::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok() == number)
}
