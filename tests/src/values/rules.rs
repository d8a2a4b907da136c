//! How a printed value and a decoded one are compared, where they are not written alike.

use super::at::At;
use super::names::Names;
use super::plain::{integer, same};
use super::traffic;
use super::tree::{Node, Value, number};
use serde_json::Value as Json;

/// One comparison.
pub struct Call<'a> {
    /// What the tool printed.
    pub json: &'a Json,
    /// What the source leads to.
    pub node: Option<&'a Node>,
    /// The rest of the row.
    pub args: &'a [String],
    /// Where the row applies.
    pub at: &'a At<'a>,
    /// Names of interfaces.
    pub names: &'a Names,
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same.
    Agree,
    /// Not the same.
    Differ,
    /// The conversation does not tell the name of an interface.
    Open,
    /// The recorder left out the message.
    Missing,
}

impl From<bool> for Verdict {
    fn from(same: bool) -> Self {
        if same {
            Verdict::Agree
        } else {
            Verdict::Differ
        }
    }
}

type Rule = fn(&Call<'_>) -> Verdict;

/// Name, whether it also applies where the source is absent, and the comparison.
const RULES: &[(&str, bool, Rule)] = &[
    ("plain", false, |call| call.value_or_list()),
    ("there", true, |call| call.truth(call.node.is_some())),
    ("bit", true, |call| call.truth(call.has_bit())),
    ("nobit", true, |call| call.truth(!call.has_bit())),
    ("is", true, |call| call.truth(call.is_number())),
    ("word", false, |call| call.word()),
    ("names", true, |call| call.names()),
    ("ifname", true, |call| call.ifname()),
    ("ifnames", false, |call| call.ifnames()),
    ("ll", false, |call| call.link_layer()),
    ("ip", true, |call| call.ip()),
    ("prefix", true, |call| call.prefix()),
    ("hex", false, |call| call.digits(16)),
    ("div", false, |call| call.scaled()),
    ("part", false, |call| call.part()),
    ("octets", false, |call| call.octets().into()),
    ("reversed", false, |call| call.reversed()),
    ("dotted", false, |call| call.dotted()),
    ("bridge-id", false, |call| call.bridge_id()),
    ("plus", false, |call| call.plus()),
    ("or", true, |call| call.or()),
    ("among", false, |call| call.among()),
    ("weight", false, |call| call.weight()),
    ("be-at", false, |call| call.be_at()),
    ("whole", false, |call| call.whole()),
    ("power", false, |call| call.power()),
    ("version", false, |call| call.version()),
    ("bits", false, |call| call.bits()),
    ("signs", false, |call| call.signs()),
    ("masked", false, |call| call.masked()),
    ("ethertype", false, |call| call.ethertype()),
    ("state", true, |call| call.state()),
    ("digits", false, |call| call.digits_of_part()),
    ("verdict", false, |call| traffic::verdict(call)),
    ("protocol", false, |call| traffic::protocol(call)),
    ("handle", false, |call| traffic::handle(call)),
    ("u32-handle", false, |call| traffic::u32_handle(call)),
    ("burst", false, |call| traffic::burst(call)),
    ("latency", false, |call| traffic::latency(call)),
    ("queues", false, |call| traffic::queues(call)),
    ("by-index", true, |call| traffic::by_index(call)),
    ("bit-of", false, |call| traffic::bit_of(call)),
    ("nat", false, |call| traffic::nat(call)),
    ("helper", false, |call| traffic::helper(call)),
];

/// Whether there is a rule of this name.
#[must_use]
pub fn exists(name: &str) -> bool {
    RULES.iter().any(|(have, _, _)| *have == name)
}

/// Whether a rule applies without a source.
#[must_use]
pub fn takes_absent(name: &str) -> bool {
    RULES
        .iter()
        .any(|(have, absent, _)| *have == name && *absent)
}

/// Compares by a rule.
#[must_use]
pub fn apply(name: &str, call: &Call<'_>) -> Verdict {
    let rule = RULES.iter().find(|(have, _, _)| *have == name);
    rule.map_or(Verdict::Differ, |(_, _, rule)| rule(call))
}

impl Call<'_> {
    pub(super) fn value(&self) -> Option<&Value> {
        self.node?.value()
    }

    pub(super) fn number(&self) -> Option<i128> {
        self.value()?.number()
    }

    pub(super) fn arg(&self, at: usize) -> Option<&str> {
        self.args.get(at).map(String::as_str)
    }

    /// The number that an argument says, or stands at the path that it is.
    pub(super) fn arg_number(&self, at: usize) -> Option<i128> {
        let arg = self.arg(at)?;
        number(arg).or_else(|| self.at.number(arg))
    }

    pub(super) fn value_or_list(&self) -> Verdict {
        self.node.is_some_and(|node| same(self.json, node)).into()
    }

    /// One word if the attribute is there, the other if not.
    fn state(&self) -> Verdict {
        let expected = self.arg(usize::from(self.node.is_none()));
        (expected.is_some() && expected == self.json.as_str()).into()
    }

    /// What is printed as the argument where it is absent.
    fn or(&self) -> Verdict {
        let default = self.arg(0).unwrap_or_default();
        match (self.node, self.json) {
            (Some(_), _) => self.value_or_list(),
            (None, Json::Bool(printed)) => (number(default) == Some((*printed).into())).into(),
            (None, Json::String(text)) if text == default => Verdict::Agree,
            (None, other) => {
                (number(default).is_some() && integer(other) == number(default)).into()
            }
        }
    }

    /// One of the values at the paths in the arguments.
    fn among(&self) -> Verdict {
        let mut all = self.args.iter().flat_map(|path| self.at.all(path));
        all.any(|at| same(self.json, at.node())).into()
    }

    /// A list that the tool prints from its end.
    fn reversed(&self) -> Verdict {
        let (Some(list), Some(Node::List(items))) = (self.json.as_array(), self.node) else {
            return Verdict::Differ;
        };
        let mut all = list.iter().zip(items.iter().rev());
        (list.len() == items.len() && all.all(|(json, (_, node))| same(json, node))).into()
    }
}
