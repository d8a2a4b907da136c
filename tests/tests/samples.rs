//! Every attribute of every family, encoded: decoded from a sample of its schema, written back, and shown as annotated hex.

use netlink::generated::route::RouteMessage;
use netlink::wire::{Cx, Direction, Messages, Shape, schema};

/// One message type for each body, so that bodies shared by several messages are shown once.
fn bodies() -> Vec<(&'static str, u16, Shape)> {
    let mut seen = Vec::new();
    let mut bodies = Vec::new();
    for (kind, shape) in RouteMessage::TYPES {
        let Some(Shape::Set(set)) = shape else {
            continue;
        };
        if !seen.contains(&set().name) {
            seen.push(set().name);
            bodies.push((set().name, kind.id, Shape::Set(*set)));
        }
    }
    bodies
}

/// Decodes a sample, checks that every byte of it has a typed home, and returns what the typed value encodes to.
fn round_trip(kind: u16, bytes: &[u8], direction: Direction) -> Vec<u8> {
    let message = RouteMessage::decode(kind, bytes, Cx::new(direction)).unwrap();
    let text = format!("{message:?}");
    assert!(!text.contains("unknown: {("), "{text}");
    message.to_vec(direction).unwrap()
}

#[test]
fn every_attribute_has_a_snapshot() {
    for (name, kind, shape) in bodies() {
        for (direction, label) in [(Direction::FromKernel, "from"), (Direction::ToKernel, "to")] {
            let to_kernel = direction == Direction::ToKernel;
            for (index, sample) in schema::samples(&shape, to_kernel).into_iter().enumerate() {
                let encoded = round_trip(kind, &sample.bytes, direction);
                let text = schema::annotate(&shape, &encoded, to_kernel);
                assert_eq!(
                    encoded,
                    sample.bytes,
                    "{name} {:?}\n{text}\n{}",
                    sample.cases,
                    schema::annotate(&shape, &sample.bytes, to_kernel)
                );
                if to_kernel && !differs(&shape, index, &text) {
                    continue;
                }
                let case = if sample.cases.is_empty() {
                    "all".into()
                } else {
                    sample.cases.join("-")
                };
                let file = format!("{name}-{label}-{index:03}-{}", case.replace("::", "."));
                insta::assert_snapshot!(file, text);
            }
        }
    }
}

/// Whether the request form of a sample has attributes that the kernel's form lacks.
fn differs(shape: &Shape, index: usize, text: &str) -> bool {
    let names = |text: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| line.get(31..))
            .map(|meaning| {
                meaning
                    .split(" = ")
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            })
            .collect()
    };
    let reply = schema::samples(shape, false);
    let Some(same) = reply.get(index) else {
        return true;
    };
    names(&schema::annotate(shape, &same.bytes, false)) != names(text)
}
