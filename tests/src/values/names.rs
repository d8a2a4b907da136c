//! Names of interfaces by index.

use super::at::At;
use super::rules::Verdict;
use super::tree::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Names of interfaces by index, as far as conversations tell.
#[derive(Clone, Debug, Default)]
pub struct Names {
    links: BTreeMap<i128, BTreeSet<String>>,
}

impl Names {
    /// Whether the interface of an index is called so.
    pub(super) fn is(&self, index: i128, name: &str) -> Verdict {
        match self.links.get(&index) {
            Some(names) => names.contains(name).into(),
            None => Verdict::Open,
        }
    }

    /// What a message about a link says.
    pub(super) fn learn(&mut self, message: &Node) {
        let number = |name| message.member(name).and_then(Node::value)?.number();
        let text = message.member("IFLA_IFNAME").and_then(Node::value);
        if let (Some(index), Some(name)) =
            (number("ifi_index"), text.and_then(|text| text.string()))
        {
            self.links.entry(index).or_default().insert(name.to_owned());
        }
    }

    /// What a command names after `dev`, and only once, its requests have as index.
    pub(super) fn learn_command(&mut self, command: &str, requests: &Node) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let mut names = words.windows(2).filter(|pair| pair[0] == "dev");
        let (Some(name), None) = (names.next(), names.next()) else {
            return;
        };
        let Node::Set(kinds) = requests else { return };
        for (kind, list) in kinds {
            let places = match kind.as_str() {
                // Others look up the links that an answer names.
                "RTM_NEWLINK" | "RTM_SETLINK" | "RTM_DELLINK" => "ifi_index",
                "RTM_NEWMDB" | "RTM_DELMDB" => "ifindex",
                _ => "tcm_ifindex|ifa_index|ndm_ifindex|RTA_OIF|NHA_OIF",
            };
            let index = At::root(list).number(places).filter(|index| *index > 0);
            if let Some(index) = index {
                let names = self.links.entry(index).or_default();
                names.insert(name[1].to_owned());
            }
        }
    }
}

/// The network namespace that a command names, which has indexes of its own.
pub(super) fn namespace(command: &str) -> &str {
    let words: Vec<&str> = command.split_whitespace().collect();
    let mut pairs = words.windows(2);
    let found = pairs.find(|pair| matches!(pair[0], "-n" | "-netns" | "exec"));
    found.map_or("", |pair| pair[1])
}
