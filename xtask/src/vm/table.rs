//! What became of each test on each kernel, as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outcome {
    /// Its name.
    pub(super) name: String,
    /// `pass`, `fail` or `skip`.
    pub(super) status: String,
    /// Why it was skipped.
    pub(super) reason: String,
}

impl Outcome {
    /// Reads a line that the test harness wrote.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        Some(Self {
            name: parts.next()?,
            status: parts.next()?,
            reason: parts.next()?,
        })
    }
}

type Reports = [(String, Vec<Outcome>)];

/// A line a kernel, and one for each test that did not pass.
pub(super) fn short(reports: &Reports) -> String {
    let mut text = String::new();
    for (kernel, results) in reports {
        let count = |status: &str| {
            results
                .iter()
                .filter(|result| result.status == status)
                .count()
        };
        let _ = writeln!(
            text,
            "== Linux {kernel}: {} passed, {} failed, {} skipped",
            count("pass"),
            count("fail"),
            count("skip")
        );
        for result in results.iter().filter(|result| result.status != "pass") {
            let _ = writeln!(
                text,
                "   {:4} {}: {}",
                result.status, result.name, result.reason
            );
        }
    }
    text
}

/// The page for the documentation.
pub(super) fn long(reports: &Reports) -> String {
    let mut text = "# Kernels\n\n\
        Written by `cargo xtask vm --table`: each live test on stock Debian kernels, in an emulated machine. A test that is skipped\n\
        needs what the kernel lacks; anything else that keeps one from running is a failure there.\n\n"
        .to_owned();
    let heads: Vec<&str> = reports.iter().map(|(kernel, _)| kernel.as_str()).collect();
    let _ = writeln!(text, "| test | {} |", heads.join(" | "));
    let _ = writeln!(text, "| --- |{}", " --- |".repeat(heads.len()));
    let _ = writeln!(
        text,
        "| **all** |{}",
        reports
            .iter()
            .map(|(_, results)| total(results))
            .collect::<String>()
    );
    let names: BTreeSet<&str> = reports
        .iter()
        .flat_map(|(_, results)| results)
        .map(|result| result.name.as_str())
        .collect();
    let by_name: Vec<BTreeMap<&str, &Outcome>> = reports
        .iter()
        .map(|(_, results)| {
            results
                .iter()
                .map(|result| (result.name.as_str(), result))
                .collect()
        })
        .collect();
    for name in names {
        let cells: String = by_name
            .iter()
            .map(|results| cell(results.get(name).copied()))
            .collect();
        let _ = writeln!(text, "| `{name}` |{cells}");
    }
    text
}

fn total(results: &[Outcome]) -> String {
    let skipped = results
        .iter()
        .filter(|result| result.status == "skip")
        .count();
    format!(" {} pass, {skipped} skipped |", results.len() - skipped)
}

fn cell(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => " |".to_owned(),
        Some(outcome) if outcome.status == "pass" => " pass |".to_owned(),
        Some(outcome) => format!(
            " {}: {} |",
            outcome.status,
            outcome.reason.replace('|', "\\|")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_cell_for_each_kernel() {
        let old =
            vec![Outcome::parse("kinds::netkit\tskip\tno link kind netkit before 6.7").unwrap()];
        let new = vec![
            Outcome::parse("kinds::netkit\tpass\t").unwrap(),
            Outcome::parse("link::a\tpass\t").unwrap(),
        ];
        let text = long(&[("6.1".to_owned(), old), ("7.3".to_owned(), new)]);
        assert!(
            text.contains("| `kinds::netkit` | skip: no link kind netkit before 6.7 | pass |\n"),
            "{text}"
        );
        assert!(text.contains("| `link::a` | | pass |\n"), "{text}");
        assert!(
            text.contains("| **all** | 0 pass, 1 skipped | 2 pass, 0 skipped |\n"),
            "{text}"
        );
    }
}
