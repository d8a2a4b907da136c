//! Messages of real conversations: they decode, encode losslessly, agree with their views, and survive mutilation.

use netlink::generated::route::RouteMessage;
use netlink::wire::{Cx, Direction, Messages, Shape, schema};
use netlink_tests::{Captured, captured};
use proptest::prelude::*;

/// The captures of the repository, or those in the file that `NETLINK_CAPTURES` names.
fn route() -> Vec<Captured> {
    match std::env::var_os("NETLINK_CAPTURES") {
        Some(path) => captured(&std::fs::read_to_string(path).unwrap()),
        None => captured(include_str!("../data/route.hex")),
    }
}

fn shape(kind: u16) -> Shape {
    RouteMessage::TYPES
        .iter()
        .find(|(message, _)| message.id == kind)
        .and_then(|(_, shape)| *shape)
        .unwrap()
}

fn direction(message: &Captured) -> Direction {
    if message.to_kernel {
        Direction::ToKernel
    } else {
        Direction::FromKernel
    }
}

#[test]
fn captures_encode_losslessly() {
    let captures = route();
    assert!(captures.len() > 500, "{} captures", captures.len());
    let mut failures = Vec::new();
    for message in &captures {
        let direction = direction(message);
        let decoded = match RouteMessage::decode(message.kind, &message.body, Cx::new(direction)) {
            Ok(decoded) => decoded,
            Err(error) => {
                failures.push(format!("{}\n  {error}", message.origin));
                continue;
            }
        };
        let encoded = decoded.to_vec(direction).unwrap();
        let shape = shape(message.kind);
        let canonical = |bytes: &[u8]| schema::canonical(&shape, bytes, message.to_kernel);
        if canonical(&encoded) != canonical(&message.body) {
            let show = |bytes: &[u8]| schema::annotate(&shape, bytes, message.to_kernel);
            failures.push(format!(
                "{}\n{}\n{}",
                message.origin,
                show(&message.body),
                show(&encoded)
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}\n{}",
        failures.len(),
        captures.len(),
        failures.join("\n")
    );
}

/// Attributes that stay raw although a spec knows them: each with the reason.
const RAW: &[(&str, &str)] = &[
    (
        "num_unsol_na",
        "sends one attribute twice; the earlier one is kept raw",
    ),
    (
        "nat 192.0.2.1",
        "sends an attribute that no kernel has read since 2.6",
    ),
];

#[test]
fn captures_leave_nothing_unknown() {
    let mut failures = Vec::new();
    for message in route() {
        let cx = Cx::new(direction(&message));
        let Ok(decoded) = RouteMessage::decode(message.kind, &message.body, cx) else {
            continue;
        };
        let text = format!("{decoded:?}");
        let raw = text
            .split("unknown: {")
            .skip(1)
            .find(|rest| !rest.starts_with('}') && !rest.starts_with("\"header\""));
        if let Some(raw) = raw {
            if !RAW
                .iter()
                .any(|(command, _)| message.origin.contains(command))
            {
                failures.push(format!(
                    "{} {}\n  {}",
                    message.kind,
                    message.origin,
                    raw.split('}').next().unwrap()
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// One change to a message: cut it short, flip bits, or overwrite a length.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Flip(usize, u8),
    Length(usize, u16),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<usize>().prop_map(Damage::Cut),
        (any::<usize>(), 1u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (any::<usize>(), any::<u16>()).prop_map(|(at, len)| Damage::Length(at, len)),
    ]
}

fn apply(body: &mut Vec<u8>, damage: &Damage) {
    let len = body.len().max(1);
    match damage {
        Damage::Cut(at) => body.truncate(at % len),
        Damage::Flip(at, bits) => {
            if let Some(byte) = body.get_mut(at % len) {
                *byte ^= bits;
            }
        }
        Damage::Length(at, length) => {
            let at = at % len / 4 * 4;
            if let Some(slot) = body.get_mut(at..at + 2) {
                slot.copy_from_slice(&length.to_ne_bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Damaged messages decode or are refused with a place inside them; what decodes encodes losslessly again.
    #[test]
    fn damaged_captures_never_panic(
        pick in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        thread_local!(static CAPTURES: Vec<Captured> = route());
        let message = CAPTURES.with(|all| all[pick.index(all.len())].clone());
        let mut body = message.body.clone();
        for damage in &damages {
            apply(&mut body, damage);
        }
        let direction = direction(&message);
        match RouteMessage::decode(message.kind, &body, Cx::new(direction)) {
            Err(error) => {
                prop_assert!(error.offset() <= body.len(), "{error} in {} bytes", body.len());
                prop_assert!(!error.to_string().is_empty());
            }
            Ok(decoded) => {
                let encoded = decoded.to_vec(direction).unwrap();
                let again = RouteMessage::decode(message.kind, &encoded, Cx::new(direction)).unwrap();
                prop_assert_eq!(again, decoded);
            }
        }
        // The run-time schema walks the same bytes.
        let shape = shape(message.kind);
        schema::annotate(&shape, &body, message.to_kernel);
        schema::path_at(&shape, &body, body.len() / 2);
    }
}
