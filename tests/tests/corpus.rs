//! Conversations of real tools with real kernels: everything decodes, and typed values encode to the same.

use netlink_tests::capture;
use netlink_tests::corpus::Report;

#[test]
fn conversations_decode_and_encode_from_typed_values() {
    let mut report = Report::default();
    for line in include_str!("../data/corpus.jsonl").lines() {
        for message in capture::record(line).unwrap() {
            report.check(&message, true);
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
    assert!(total.scalars_changed > 10_000, "{}", total.scalars_changed);
}
