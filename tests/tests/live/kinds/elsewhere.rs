//! Link kinds that no test here makes, each with the reason.

use netlink::generated::route::link::LinkInfo;
use netlink::wire::Value;
use netlink::wire::schema::{CaseKey, Shape};

/// The kinds that stock kernels cannot be asked for, and why.
const ELSEWHERE: [(&str, &str); 14] = [
    ("amt", "Debian builds its kernels without"),
    ("bareudp", "Debian builds its kernels without"),
    ("caif", "Debian builds its kernels without"),
    ("can", "the controller of a CAN bus makes it"),
    ("dsa", "the driver of a switch chip makes it"),
    ("ipoib", "is on top of an InfiniBand port"),
    ("lowpan", "is on top of an IEEE 802.15.4 radio"),
    ("netdevsim", "Debian builds its kernels without"),
    ("openvswitch", "a datapath makes it, by generic netlink"),
    ("pfcp", "Debian builds its kernels without"),
    ("rmnet", "Debian builds its kernels without"),
    ("tun", "a program makes it, by ioctl"),
    ("virt_wifi", "Debian builds its kernels without"),
    ("wwan", "is a session of a modem"),
];

#[test]
fn every_kind_is_made_or_has_a_reason() {
    let tests = [
        include_str!("bond.rs"),
        include_str!("bridge.rs"),
        include_str!("gre.rs"),
        include_str!("ip_tunnel.rs"),
        include_str!("lower.rs"),
        include_str!("pair.rs"),
        include_str!("plain.rs"),
        include_str!("udp.rs"),
    ]
    .concat();
    let Shape::Set(schema) = LinkInfo::SHAPE else {
        panic!("a set")
    };
    let union = schema().attrs.iter().find_map(|attr| match attr.shape {
        Shape::Union(union) => Some(union()),
        _ => None,
    });
    let kinds: Vec<&str> = union
        .unwrap()
        .cases
        .iter()
        .filter_map(|case| match case.key {
            Some(CaseKey::Text(kind)) => Some(kind),
            _ => None,
        })
        .collect();
    assert!(kinds.contains(&"vxlan"), "{kinds:?}");
    for kind in &kinds {
        let made = tests.contains(&format!("link(\"{kind}\")"));
        let elsewhere = ELSEWHERE.iter().any(|(name, _)| name == kind);
        assert!(
            made != elsewhere,
            "{kind}: made by a test: {made}, has a reason: {elsewhere}"
        );
    }
    let gone = ELSEWHERE.iter().find(|(name, _)| !kinds.contains(name));
    assert_eq!(gone, None);
}
