//! Whether what the decoder prints agrees with what the tool printed: its own JSON, key by key, by a table of the correspondence.

mod addresses;
mod at;
mod names;
mod numbers;
mod plain;
mod report;
mod rules;
mod run;
mod table;
mod traffic;
mod tree;
mod words;
mod ynl;

pub use report::{Figures, Report};
pub use table::Table;

use crate::capture;
use crate::corpus::name_of;
use names::Names;
use netlink::wire::Direction;
use run::Run;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tree::Node;

/// Captured conversations with what their tools printed.
#[derive(Debug, Default)]
pub struct Values {
    table: Table,
    /// By kernel, group, scenario and namespace: names may be learnt from other commands there.
    names: BTreeMap<String, Names>,
    records: Vec<Record>,
}

#[derive(Debug)]
struct Record {
    group: String,
    scenario: String,
    origin: String,
    command: String,
    tool: String,
    /// Messages of the kernel by name, and requests under `to`.
    messages: Node,
    printed: Json,
    /// The end of the exchange or of the output is missing.
    cut: bool,
    /// Kinds of side look-ups that the recorder left out, such as `RTM_GETLINK lookup`.
    elided: Vec<String>,
}

impl Values {
    /// Nothing yet, and a table to compare by.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Values {
            table,
            ..Values::default()
        }
    }

    /// Adds a line of captured conversations.
    ///
    /// # Errors
    /// Says what is not of that form.
    pub fn add(&mut self, line: &str) -> Result<(), String> {
        let record: Json = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let text = |key: &str| record.get(key).and_then(Json::as_str).unwrap_or_default();
        // Lists of different groups have scenarios of one name.
        let scenario = ["kernel", "group", "scenario"].map(text).join(" ");
        let scenario = format!("{scenario} {}", names::namespace(text("cmd")));
        let names = self.names.entry(scenario.clone()).or_default();
        let (mut messages, mut requests) = (Vec::new(), Vec::new());
        for message in capture::record(line)? {
            let Some(name) = name_of(&message) else {
                continue;
            };
            let node = Node::of(&message);
            match message.direction {
                Direction::FromKernel => {
                    names.learn(&node);
                    push(&mut messages, name, node);
                }
                Direction::ToKernel => push(&mut requests, name, node),
            }
        }
        let requests = Node::Set(requests);
        names.learn_command(text("cmd"), &requests);
        messages.push(("to".to_owned(), requests));
        let printed = record.get("stdout_json").cloned().unwrap_or_default();
        if !(printed.is_array() || printed.is_object()) {
            return Ok(());
        }
        let elided = record.get("elided").and_then(Json::as_object);
        self.records.push(Record {
            group: text("group").to_owned(),
            scenario,
            origin: format!("{} # {} {}", text("cmd"), text("kernel"), text("tool")),
            command: text("cmd").to_owned(),
            tool: text("tool").to_owned(),
            messages: Node::Set(messages),
            printed,
            cut: record.get("truncated").is_some() || record.get("stdout_truncated").is_some(),
            elided: elided
                .map(|kinds| kinds.keys().cloned().collect())
                .unwrap_or_default(),
        });
        Ok(())
    }

    /// Compares all that was added.
    #[must_use]
    pub fn compare(&self) -> Report {
        let mut report = Report::default();
        for record in &self.records {
            let mut run = Run {
                table: &self.table,
                names: &self.names[&record.scenario],
                record,
                figures: report.groups.entry(record.group.clone()).or_default(),
            };
            run.record();
        }
        report
    }
}

fn push(messages: &mut Vec<(String, Node)>, name: &str, node: Node) {
    let at = messages.iter().position(|(have, _)| have == name);
    let at = at.unwrap_or_else(|| {
        messages.push((name.to_owned(), Node::List(Vec::new())));
        messages.len() - 1
    });
    if let Node::List(list) = &mut messages[at].1 {
        list.push((list.len() as u64, node));
    }
}
