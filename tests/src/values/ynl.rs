//! The output of ynl, whose keys are the attributes' names but for case, hyphens and prefix.

use super::at::At;
use super::plain::{integer, is_named, same};
use super::rules::Verdict;
use super::run::{Run, leaves};
use super::table::{Row, Section};
use super::tree::Node;
use serde_json::Value as Json;

impl<'r> Run<'r> {
    pub(super) fn ynl(&mut self, row: &'r Row, key: &str, json: &Json, at: &At<'r>) {
        let exceptions = row
            .args
            .first()
            .and_then(|name| self.table.sections.get(name));
        let record = self.record;
        let messages = match at.node() {
            Node::List(items) => items.iter().map(|(_, node)| node).collect(),
            node => vec![node],
        };
        let single = [json.clone()];
        let list = json.as_array().map_or(single.as_slice(), Vec::as_slice);
        // Its family's number is looked up before.
        let skipped = messages.len().saturating_sub(list.len());
        if !json.is_object() && list.len() != messages.len() && !record.cut {
            self.count(Verdict::Differ, key, || {
                format!("{} objects of {} messages", list.len(), messages.len())
            });
        }
        for (json, node) in list.iter().zip(messages.into_iter().skip(skipped)) {
            self.ynl_node("", json, node, exceptions);
        }
    }

    fn ynl_node(
        &mut self,
        key: &str,
        json: &Json,
        node: &'r Node,
        exceptions: Option<&'r Section>,
    ) {
        let row = exceptions.and_then(|section| section.rows.iter().find(|row| row.key == key));
        if let Some(row) = row {
            return self.excused(row, key, json);
        }
        match (json, node) {
            (Json::Object(object), Node::Set(members)) => {
                for (name, json) in object {
                    let inner = format!("{key}.{name}");
                    if name.starts_with("UnknownAttr") {
                        let place = (inner, "ynl does not know the attribute".to_owned());
                        *self.figures.excused.entry(place).or_default() += 1;
                        continue;
                    }
                    match members.iter().find(|(have, _)| is_named(have, name)) {
                        Some((_, node)) => self.ynl_node(&inner, json, node, exceptions),
                        None => self.ynl_absent(&inner, json, exceptions),
                    }
                }
            }
            (Json::Array(list), Node::List(items)) if list.iter().any(Json::is_object) => {
                if list.len() != items.len() {
                    self.count(Verdict::Differ, key, || {
                        format!("{} elements, decoded are {}", list.len(), items.len())
                    });
                }
                for (json, (position, node)) in list.iter().zip(items) {
                    // An array whose ids are positions has objects of one key, which is the position.
                    let by_id = json.as_object().filter(|object| object.len() == 1);
                    let by_id = by_id.and_then(|object| object.get(&position.to_string()));
                    self.ynl_node(&format!("{key}[]"), by_id.unwrap_or(json), node, exceptions);
                }
            }
            (Json::Array(list), node) if list.iter().any(Json::is_object) => {
                for json in list {
                    self.ynl_node(&format!("{key}[]"), json, node, exceptions);
                }
            }
            (json, node) => {
                self.count(ynl_same(json, node).into(), key, || {
                    format!("{json} was printed, decoded is {node:?}")
                });
            }
        }
    }

    fn ynl_absent(&mut self, key: &str, json: &Json, exceptions: Option<&'r Section>) {
        let row = exceptions.and_then(|section| section.rows.iter().find(|row| row.key == key));
        if let Some(row) = row {
            return self.excused(row, key, json);
        }
        leaves(key, json, &mut |key| {
            self.count(Verdict::Differ, key, || {
                format!("no attribute is called so, {json} was printed")
            });
        });
    }
}

/// As others, but for signs: ynl takes all members of most structs for unsigned.
fn ynl_same(json: &Json, node: &Node) -> bool {
    let wrapped = || {
        let value = node.value()?;
        let bits = 8 * value.bytes.len().clamp(1, 8);
        let printed = integer(json)?;
        Some(value.number()?.rem_euclid(1 << bits) == printed.rem_euclid(1 << bits))
    };
    same(json, node) || wrapped() == Some(true)
}
