//! What a comparison found, by group of commands.

use super::rules::Verdict;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Figures of a group, or of all.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Keys whose value agrees.
    pub agreed: usize,
    /// Keys whose value does not.
    pub disagreed: usize,
    /// Keys that conversations do not tell enough about, by key.
    pub open: BTreeMap<String, usize>,
    /// Keys whose message the recorder left out.
    pub missing: usize,
    /// Keys of messages that no spec has, by family.
    pub no_spec: BTreeMap<String, usize>,
    /// Keys whose comparison did not notice another value, by key and place in the table.
    pub blind: BTreeMap<String, usize>,
    /// Keys that come from no attribute, by key and reason.
    pub excused: BTreeMap<(String, String), usize>,
    /// Keys that the table does not have.
    pub unmapped: BTreeMap<String, usize>,
    /// What did not agree.
    pub failures: Vec<String>,
}

fn sum(counts: &BTreeMap<String, usize>) -> usize {
    counts.values().sum()
}

/// Figures by group.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Figures by group.
    pub groups: BTreeMap<String, Figures>,
}

impl Figures {
    pub(super) fn count(&mut self, verdict: Verdict, key: &str, why: impl FnOnce() -> String) {
        match verdict {
            Verdict::Agree => self.agreed += 1,
            Verdict::Open => *self.open.entry(key.to_owned()).or_default() += 1,
            Verdict::Missing => self.missing += 1,
            Verdict::Differ => {
                self.disagreed += 1;
                self.failures.push(why());
            }
        }
    }

    /// Keys that were compared.
    #[must_use]
    pub fn compared(&self) -> usize {
        self.agreed + self.disagreed
    }

    /// All keys.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.of_specs() + self.missing + sum(&self.no_spec)
    }

    /// Keys of messages that are there and that a spec has.
    #[must_use]
    pub fn of_specs(&self) -> usize {
        self.compared() + self.excused() + sum(&self.open) + sum(&self.unmapped)
    }

    fn excused(&self) -> usize {
        self.excused.values().sum()
    }

    /// Compared keys in percent of those of messages that are there and that a spec has.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        (1000.0 * self.compared() as f64 / self.of_specs().max(1) as f64).floor() / 10.0
    }

    /// The figures in a line.
    #[must_use]
    pub fn line(&self, group: &str) -> String {
        format!(
            "{group}: {} keys, {} compared ({} %), {} agree, {} disagree; {} of no attribute, {} undecided, {} unmapped, {} not captured, {} of no spec",
            self.seen(),
            self.compared(),
            self.coverage(),
            self.agreed,
            self.disagreed,
            self.excused(),
            sum(&self.open),
            sum(&self.unmapped),
            self.missing,
            sum(&self.no_spec),
        )
    }

    fn json(&self) -> Json {
        let mut excused: BTreeMap<&String, BTreeMap<&String, usize>> = BTreeMap::new();
        for ((key, reason), count) in &self.excused {
            excused.entry(key).or_default().insert(reason, *count);
        }
        json!({
            "seen": self.seen(),
            "compared": self.compared(),
            "agreed": self.agreed,
            "disagreed": self.disagreed,
            "coverage_percent": self.coverage(),
            "not_captured": self.missing,
            "no_spec": self.no_spec,
            "no_attribute": excused,
            "undecided": self.open,
            "unmapped": self.unmapped,
            "indifferent": self.blind,
        })
    }
}

impl Report {
    /// The sums over all groups.
    #[must_use]
    pub fn total(&self) -> Figures {
        let mut total = Figures::default();
        for figures in self.groups.values() {
            total.agreed += figures.agreed;
            total.disagreed += figures.disagreed;
            total.missing += figures.missing;
            for (from, to) in [
                (&figures.open, &mut total.open),
                (&figures.unmapped, &mut total.unmapped),
                (&figures.no_spec, &mut total.no_spec),
                (&figures.blind, &mut total.blind),
            ] {
                for (key, count) in from {
                    *to.entry(key.clone()).or_default() += count;
                }
            }
            for (place, count) in &figures.excused {
                *total.excused.entry(place.clone()).or_default() += count;
            }
            total.failures.extend(figures.failures.iter().cloned());
        }
        total
    }

    /// The report as one JSON object.
    #[must_use]
    pub fn json(&self) -> Json {
        let mut object = self.total().json();
        let groups: BTreeMap<&String, Json> = self
            .groups
            .iter()
            .map(|(name, figures)| (name, figures.json()))
            .collect();
        if let Some(object) = object.as_object_mut() {
            object.insert("groups".to_owned(), json!(groups));
        }
        object
    }

    /// The report for people: a line a group, then the keys that were not compared.
    #[must_use]
    pub fn text(&self) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        for (name, figures) in &self.groups {
            let _ = writeln!(text, "{}", figures.line(name));
            for ((key, reason), count) in &figures.excused {
                let _ = writeln!(text, "    no attribute: {key} ({count}): {reason}");
            }
            for (key, count) in &figures.open {
                let _ = writeln!(text, "    undecided: {key} ({count})");
            }
            for (key, count) in &figures.blind {
                let _ = writeln!(text, "    indifferent: {key} ({count})");
            }
            for (key, count) in &figures.unmapped {
                let _ = writeln!(text, "    unmapped: {key} ({count})");
            }
        }
        text
    }
}
