//! Conversations of real tools with real kernels: everything decodes, and typed values encode to the same.

use netlink_tests::capture;
use netlink_tests::corpus::Report;
use netlink_tests::order;

#[test]
fn conversations_decode_and_encode_from_typed_values() {
    let mut report = Report::default();
    for (index, line) in include_str!("../data/corpus.jsonl").lines().enumerate() {
        // Other machines are emulated ones, which are slow: there, numbers are changed in one of four.
        let thorough = order::IS_HOME || index % 4 == 0;
        for message in capture::record(&order::record(line)).unwrap() {
            report.check(&message, thorough);
        }
    }
    let total = report.total();
    assert!(total.messages > 2500, "{} messages", total.messages);
    for family in [
        "route",
        "xfrm",
        "netfilter",
        "sock_diag",
        "nlctrl",
        "fou",
        "ethtool_ioctl",
    ] {
        let messages = report
            .families
            .get(family)
            .map_or(0, |figures| figures.messages);
        assert!(messages > 5, "{messages} messages of {family}");
    }
    assert!(
        report.failures.is_empty(),
        "{} failures\n{}",
        report.failures.len(),
        report.failures.join("\n")
    );
    assert_eq!(total.reencoded_equal, total.messages);
    assert!(total.unknown_attrs.is_empty(), "{:?}", total.unknown_attrs);
    assert!(
        total.scalars_failed.is_empty(),
        "{:?}",
        total.scalars_failed
    );
    let least = if order::IS_HOME { 10_000 } else { 2_000 };
    assert!(total.scalars_changed > least, "{}", total.scalars_changed);
}

/// Recordings of other tools have the form that the library plays back; those with gaps are refused.
#[test]
fn captured_conversations_can_be_replayed() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/corpus.jsonl")).unwrap();
    let (mut whole, mut refused) = (0, 0);
    for line in text.lines().map(order::record) {
        let line: &str = &line;
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let exchange = record["exchange"].as_array().unwrap();
        let gaps = !record["elided"].is_null()
            || record["truncated"] == true
            || exchange
                .iter()
                .any(|buffer| buffer["dir"] == "ioctl" || !buffer["real_len"].is_null());
        match netlink::transport::Replayer::from_line(line) {
            Ok(replayer) => {
                assert!(!gaps, "{line}");
                let sent = exchange
                    .iter()
                    .filter(|buffer| buffer["dir"] == "send")
                    .count();
                assert_eq!(replayer.left(), sent);
                whole += 1;
            }
            Err(error) => {
                assert!(gaps, "{error}: {line}");
                refused += 1;
            }
        }
    }
    assert!(
        whole > 100 && refused > 10,
        "{whole} whole, {refused} refused"
    );
}
