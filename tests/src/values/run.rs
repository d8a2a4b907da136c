//! The comparison of one conversation: finds for each printed key its rows in the table, and what they lead to.

use super::Record;
use super::at::At;
use super::names::Names;
use super::report::Figures;
use super::rules::{self, Call, Verdict};
use super::table::{Row, Section, Table, words};
use super::tree::Node;
use serde_json::{Map, Value as Json};

/// One comparison of a record.
pub(super) struct Run<'r> {
    pub(super) table: &'r Table,
    pub(super) names: &'r Names,
    pub(super) record: &'r Record,
    pub(super) figures: &'r mut Figures,
}

impl<'r> Run<'r> {
    /// Compares what was printed with what was decoded.
    pub(super) fn record(&mut self) {
        let root = At::root(&self.record.messages);
        let record = self.record;
        let rows = self.table.command(&record.command);
        match rows.first() {
            Some(row) => self.row(&rows, &row.key, &record.printed, &root),
            None => {
                let mut words = words(&record.command);
                words.truncate(2);
                self.unmapped(&words.join(" "), &record.printed);
            }
        }
    }

    /// Keys that the table does not have.
    fn unmapped(&mut self, key: &str, json: &Json) {
        leaves(key, json, &mut |key| {
            *self.figures.unmapped.entry(key.to_owned()).or_default() += 1;
        });
    }

    pub(super) fn excused(&mut self, row: &Row, key: &str, json: &Json) {
        let reason = row.args.join(" ");
        leaves(key, json, &mut |key| {
            if row.is_left_out() {
                self.figures.missing += 1;
            } else if row.lacks_spec() {
                *self.figures.no_spec.entry(reason.clone()).or_default() += 1;
            } else {
                let place = (key.to_owned(), reason.clone());
                *self.figures.excused.entry(place).or_default() += 1;
            }
        });
    }

    fn object(
        &mut self,
        section: &'r Section,
        prefix: &str,
        object: &Map<String, Json>,
        at: &At<'r>,
    ) {
        for (key, json) in object {
            let key = format!("{prefix}{}", key.trim());
            match self.lookup(section, &key, at) {
                Some((rows, at)) if rows.iter().any(|row| row.takes(json)) => {
                    self.row(&rows, &key, json, &at);
                }
                _ => match json {
                    Json::Object(inner) if !inner.is_empty() => {
                        self.object(section, &format!("{key}."), inner, at);
                    }
                    other => self.unmapped(&key, other),
                },
            }
        }
    }

    /// The rows of a key, here or in a section that this one includes, and where they apply.
    fn lookup(
        &self,
        section: &'r Section,
        key: &str,
        at: &At<'r>,
    ) -> Option<(Vec<&'r Row>, At<'r>)> {
        let rows = section.rows(key, &self.record.tool);
        if !rows.is_empty() {
            return Some((rows, at.clone()));
        }
        section
            .rows("*", &self.record.tool)
            .into_iter()
            .find_map(|row| {
                if row.is_excused() {
                    return Some((vec![row], at.clone()));
                }
                let inner = at.first(&row.source)?;
                self.lookup(self.section(row, at)?, key, &inner)
            })
    }

    fn section(&self, row: &Row, at: &At<'r>) -> Option<&'r Section> {
        self.table.sections.get(&at.fill(row.args.first()?))
    }

    /// Of several rows the first that leads somewhere, or can do without.
    fn choose(rows: &[&'r Row], json: &Json, at: &At<'r>) -> Option<&'r Row> {
        let fitting = |row: &&Row| row.takes(json) && !row.is_excused();
        let mut rows = rows.iter().copied().filter(fitting);
        let found = rows.clone().find(|row| at.first(&row.source).is_some());
        found.or_else(|| rows.find(|row| rules::takes_absent(&row.rule)))
    }

    fn row(&mut self, rows: &[&'r Row], key: &str, json: &Json, at: &At<'r>) {
        let chosen = Self::choose(rows, json, at);
        let excused = rows.iter().find(|row| row.is_excused());
        if let (None, Some(row)) = (chosen, excused) {
            return self.excused(row, key, json);
        }
        let Some(row) = chosen else {
            let what = self.absent();
            let sources: Vec<&str> = rows.iter().map(|row| row.source.as_str()).collect();
            let sources = sources.join(" and ");
            leaves(key, json, &mut |key| {
                self.count(what, key, || {
                    format!("{sources} is absent, {json} was printed")
                });
            });
            return;
        };
        match row.rule.as_str() {
            "in" | "ynl" => self.inside(row, key, json, at),
            "named" => self.named(row, key, json, at),
            "each" | "last" | "share" => self.each(row, key, json, at),
            _ => {
                let found = at.first(&row.source);
                let node = found.as_ref().map(At::node);
                let verdict = self.verdict(row, json, node, at);
                // A comparison that takes another value too compares nothing.
                let other = changed(json).map(|other| self.verdict(row, &other, node, at));
                if (verdict, other) == (Verdict::Agree, Some(Verdict::Agree)) {
                    *self
                        .figures
                        .blind
                        .entry(format!("{key} {}", row.place))
                        .or_default() += 1;
                }
                self.count(verdict, key, || {
                    let (source, place) = (&row.source, &row.place);
                    format!("{source} ({place}): {json} was printed, decoded is {node:?}")
                });
            }
        }
    }

    fn verdict(&self, row: &Row, json: &Json, node: Option<&Node>, at: &At<'_>) -> Verdict {
        let call = Call {
            json,
            node,
            args: &row.args,
            at,
            names: self.names,
        };
        rules::apply(&row.rule, &call)
    }

    /// What it means that nothing decoded is what was printed.
    fn absent(&self) -> Verdict {
        // If look-ups like the command's own request were left out, what is there may be the answer of another.
        let own = self.table.command(&self.record.command);
        let own = own.first().and_then(|row| row.source.strip_prefix('/'));
        let get = own.unwrap_or_default().replace("_NEW", "_GET");
        let mut kinds = self.record.elided.iter();
        let elided = kinds.any(|kind| {
            kind.split_once(' ') == Some((&get, "lookup"))
                || (kind.starts_with(&get)
                    && !get.is_empty()
                    && own.is_some_and(|own| self.record.messages.member(own).is_none()))
        });
        if self.record.cut || elided {
            Verdict::Missing
        } else {
            Verdict::Differ
        }
    }

    pub(super) fn count(&mut self, verdict: Verdict, key: &str, why: impl FnOnce() -> String) {
        self.figures.count(verdict, key, || {
            format!("{}\n  {key}: {}", self.record.origin, why())
        });
    }

    fn inside(&mut self, row: &'r Row, key: &str, json: &Json, at: &At<'r>) {
        let Some(inner) = at.first(&row.source) else {
            return;
        };
        if row.rule == "ynl" {
            return self.ynl(row, key, json, &inner);
        }
        match (self.section(row, at), json) {
            (Some(section), Json::Object(object)) => self.object(section, "", object, &inner),
            _ => self.unmapped(key, json),
        }
    }

    /// What a printed list may consist of.
    fn candidates(row: &Row, at: &At<'r>) -> Vec<At<'r>> {
        let mut candidates = at.elements(&row.source);
        let conditions = row.args.get(1..).unwrap_or_default();
        candidates.retain(|candidate| {
            let mut conditions = conditions.iter();
            conditions.all(|condition| candidate.holds(condition, at))
        });
        candidates
    }

    /// Lists by the name of an interface: the section, the path to its index in each message, the path to the list.
    fn named(&mut self, row: &'r Row, key: &str, json: &Json, at: &At<'r>) {
        let (Some(index), Some(list), Some(object)) =
            (row.args.get(1), row.args.get(2), json.as_object())
        else {
            return self.unmapped(key, json);
        };
        for (name, json) in object {
            let mut found = Vec::new();
            for message in at.elements(&row.source) {
                let is = message
                    .number(index)
                    .map_or(Verdict::Differ, |index| self.names.is(index, name));
                if is != Verdict::Differ {
                    found.extend(message.elements(list));
                }
            }
            self.pair(row, &format!("{key}.*"), json, found);
        }
    }

    /// Elements of a printed list, each with the decoded one that it is.
    fn each(&mut self, row: &'r Row, key: &str, json: &Json, at: &At<'r>) {
        self.pair(row, key, json, Self::candidates(row, at));
    }

    fn pair(&mut self, row: &'r Row, key: &str, json: &Json, mut candidates: Vec<At<'r>>) {
        let single = [json.clone()];
        let list = json.as_array().map_or(single.as_slice(), Vec::as_slice);
        // Printed in the order of the messages.
        let whole = row.rule == "each" && list.len() == candidates.len();
        for json in list {
            let Json::Object(object) = json else {
                self.unmapped(key, json);
                continue;
            };
            let mut empty = true;
            leaves("", json, &mut |_| empty = false);
            if empty {
                if whole {
                    candidates.remove(0);
                }
                continue;
            }
            let fits: Vec<Verdict> = candidates
                .iter()
                .map(|candidate| match self.section(row, candidate) {
                    Some(section) => self.fits(section, object, candidate),
                    None => Verdict::Agree,
                })
                .collect();
            let with = |verdict| {
                let mut all = fits.iter();
                match row.rule.as_str() {
                    "last" => all.rposition(|fit| *fit == verdict),
                    _ => all.position(|fit| *fit == verdict),
                }
            };
            // Where names are not known, what fits but for its name is it if nothing else is, or if nothing was left out.
            let open = fits.iter().filter(|fit| **fit == Verdict::Open).count();
            let here = fits.first().filter(|_| whole);
            let fitting = match here {
                Some(Verdict::Agree | Verdict::Open) => Some(0),
                _ => with(Verdict::Agree).or(with(Verdict::Open).filter(|_| open == 1)),
            };
            let Some(fitting) = fitting else {
                let what = if open > 1 {
                    Verdict::Open
                } else {
                    self.absent()
                };
                leaves(&format!("{key}[]"), json, &mut |key| {
                    self.count(what, key, || {
                        format!("{}: nothing decoded is {json}", row.place)
                    });
                });
                continue;
            };
            let candidate = match row.rule.as_str() {
                "share" => candidates[fitting].clone(),
                _ => candidates.remove(fitting),
            };
            match self.section(row, &candidate) {
                Some(section) => self.object(section, "", object, &candidate),
                None => self.unmapped(key, json),
            }
        }
    }

    /// Whether each element of a printed list is one of the decoded.
    fn all_fit(&self, row: &'r Row, json: &Json, at: &At<'r>) -> Verdict {
        let candidates = Self::candidates(row, at);
        let objects = json.as_array().into_iter().flatten();
        let mut objects = objects
            .filter_map(Json::as_object)
            .filter(|object| !object.is_empty());
        let fits = |object, candidate: &At<'r>| match self.section(row, candidate) {
            Some(section) => self.fits(section, object, candidate) != Verdict::Differ,
            None => true,
        };
        let all = objects.all(|object| candidates.iter().any(|candidate| fits(object, candidate)));
        all.into()
    }

    /// Whether an object's identity is that of a decoded one.
    fn fits(&self, section: &'r Section, object: &Map<String, Json>, at: &At<'r>) -> Verdict {
        let verdicts = section.identity.iter().map(|key| {
            let mut json = None;
            let mut inner = Some(object);
            for part in key.split('.') {
                json = inner.and_then(|object| object.get(part));
                inner = json.and_then(Json::as_object);
            }
            let (Some(json), Some((rows, at))) = (json, self.lookup(section, key, at)) else {
                return Verdict::Agree;
            };
            Self::choose(&rows, json, &at).map_or(Verdict::Differ, |row| {
                if row.rule == "each" {
                    return self.all_fit(row, json, &at);
                }
                let found = at.first(&row.source);
                self.verdict(row, json, found.as_ref().map(At::node), &at)
            })
        });
        verdicts.fold(Verdict::Agree, |one, other| match (one, other) {
            (Verdict::Agree, other) => other,
            (Verdict::Open, Verdict::Differ) => other,
            (one, _) => one,
        })
    }
}

/// Another value of the same kind; there is no other `null`.
fn changed(json: &Json) -> Option<Json> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(truth) => (!truth).into(),
        Json::Number(number) => match number.as_u64() {
            // Far enough from what is rounded.
            Some(number) => number.wrapping_mul(2).wrapping_add(3).into(),
            None => (number.as_f64().unwrap_or_default() * 1.5 + 1.0).into(),
        },
        Json::String(text) => format!("{text}1").into(),
        Json::Array(list) => {
            let mut list = list.clone();
            list.push("1".into());
            list.into()
        }
        Json::Object(_) => return None,
    })
}

/// Calls `visit` with the key of every scalar; a list of scalars is one, and an empty one says nothing.
pub(super) fn leaves(key: &str, json: &Json, visit: &mut dyn FnMut(&str)) {
    match json {
        Json::Object(object) => {
            for (name, json) in object {
                leaves(&format!("{key}.{}", name.trim()), json, visit);
            }
        }
        Json::Array(list) if list.iter().any(|item| item.is_object() || item.is_array()) => {
            list.iter()
                .for_each(|json| leaves(&format!("{key}[]"), json, visit));
        }
        Json::Array(list) if list.is_empty() => {}
        _ => visit(key),
    }
}
