//! What the decoder prints is what the tools printed: their JSON, key by key, by the table in `data/values`.

use netlink_tests::order;
use netlink_tests::values::{Report, Table, Values};
use std::fmt::Write;
use std::path::Path;

/// Compared keys of a group, in percent of those that come from messages that are there and have a spec.
const COVERED: f64 = 90.0;

fn report() -> Report {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut values = Values::new(Table::read(&data.join("values")).unwrap());
    for line in include_str!("../data/values.jsonl").lines() {
        values.add(&order::record(line)).unwrap();
    }
    values.compare()
}

#[test]
fn decoded_values_are_those_that_tools_printed() {
    let report = report();
    let total = report.total();
    assert!(
        total.failures.is_empty(),
        "{} disagree\n{}",
        total.disagreed,
        total.failures.join("\n")
    );
    assert!(total.compared() > 18_000, "{}", total.compared());
    // Every key has its place in the table, and no comparison takes whatever comes.
    assert!(total.unmapped.is_empty(), "{:?}", total.unmapped);
    assert!(total.blind.is_empty(), "{:?}", total.blind);
    let mut page = String::new();
    for (name, figures) in &report.groups {
        let coverage = figures.coverage();
        assert!(coverage > COVERED, "{name}: {coverage} % compared");
        writeln!(page, "{}", figures.line(name)).unwrap();
    }
    insta::assert_snapshot!(page);
}

#[test]
fn another_value_is_noticed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let line = include_str!("../data/values.jsonl")
        .lines()
        .find(|line| line.contains("ip -j rule show protocol static"))
        .unwrap();
    for (printed, other) in [
        ("\"priority\":0,", "\"priority\":1,"),
        ("\"table\":\"local\"", "\"table\":\"main\""),
        ("\"ipproto\":\"tcp\"", "\"ipproto\":\"udp\""),
        ("\"iif\":\"d0\"", "\"iif\":\"d1\""),
        ("\"srclen\":16", "\"srclen\":17"),
    ] {
        assert!(line.contains(printed), "{printed}");
        let mut values = Values::new(Table::read(&data.join("values")).unwrap());
        values.add(&line.replacen(printed, other, 1)).unwrap();
        assert!(values.compare().total().disagreed > 0, "{other}");
    }
}
