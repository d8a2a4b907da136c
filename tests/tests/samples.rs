//! Every attribute of every family, encoded: decoded from a sample of its schema, written back, and shown as annotated hex.

use netlink::generated::FAMILIES;
use netlink::wire::schema::Sample;
use netlink::wire::{Cx, Direction, Encoder, Family, Key, MessageType, Shape, schema};
use netlink_tests::assert_page;
use netlink_tests::snapshot::Page;
use std::collections::BTreeMap;

/// One message type for each body and direction, so that bodies shared by several messages are shown once.
fn bodies(family: &Family) -> Vec<(String, &'static MessageType, Shape)> {
    let mut seen = Vec::new();
    let mut bodies = Vec::new();
    for (kind, shape) in family.types {
        let name = match shape {
            Some(Shape::Set(set)) => set().name,
            Some(Shape::Struct(schema)) => schema().name,
            Some(Shape::Lead { of, .. }) => of().name,
            _ => continue,
        };
        if let (false, Some(shape)) = (seen.contains(&name), shape) {
            seen.push(name);
            bodies.push((name.to_owned(), *kind, *shape));
        }
    }
    bodies
}

/// Decodes a sample, checks that every byte of it has a typed home, and returns what the typed value encodes to.
fn round_trip(
    family: &Family,
    kind: &MessageType,
    sample: &Sample,
    direction: Direction,
) -> Vec<u8> {
    let mut cx = Cx::new(direction).with_inherited(sample.context.map(Key::Int));
    if kind.dump_only {
        cx = cx.for_dump();
    }
    let mut encoded = Vec::new();
    let visited = family.visit(kind.id, &sample.bytes, cx, &mut |message| {
        let text = format!("{message:?}");
        assert!(
            !text.contains("unknown: {("),
            "{} {:?} {text}",
            kind.name,
            sample.cases
        );
        message
            .encode_body(&mut Encoder::lossless(&mut encoded, direction))
            .unwrap();
    });
    visited.unwrap_or_else(|error| panic!("{} {:?}: {error}", kind.name, sample.cases));
    encoded
}

#[test]
fn every_attribute_has_a_snapshot() {
    for family in FAMILIES {
        for (name, kind, shape) in bodies(family) {
            for (direction, label) in [(Direction::FromKernel, "from"), (Direction::ToKernel, "to")]
            {
                // A number that means this message one way only.
                if kind.direction.is_some_and(|only| only != direction) {
                    continue;
                }
                show(family, kind, &shape, direction, &format!("{name}-{label}"));
            }
        }
    }
}

/// One snapshot for all samples of a body, and one for each case of its outermost union.
fn show(family: &Family, kind: &MessageType, shape: &Shape, direction: Direction, name: &str) {
    let to_kernel = direction == Direction::ToKernel;
    let mut pages: BTreeMap<String, Page> = BTreeMap::new();
    let replies = schema::samples(shape, false);
    for (index, sample) in schema::samples(shape, to_kernel).into_iter().enumerate() {
        let encoded = round_trip(family, kind, &sample, direction);
        let text = schema::annotate(shape, &encoded, to_kernel);
        // Flag bits of ids are what the snapshot is for; everything else is compared.
        let same = |bytes: &[u8]| (bytes.len(), schema::canonical(shape, bytes, to_kernel));
        assert!(
            same(&encoded) == same(&sample.bytes),
            "{name} {:?}\n{text}\n{}",
            sample.cases,
            schema::annotate(shape, &sample.bytes, to_kernel)
        );
        if to_kernel && kind.direction.is_none() && !differs(shape, replies.get(index), &text) {
            continue;
        }
        let file = match sample.cases.first() {
            Some(case) => format!("{name}-{}", case.replace("::", ".")),
            None => name.to_owned(),
        };
        let page = pages.entry(file).or_default();
        let title = sample.cases.join(" ");
        page.push(&title, *shape, &encoded, direction, sample.context);
    }
    insta::with_settings!({ snapshot_path => format!("snapshots/{}", family.name), prepend_module_to_snapshot => false }, {
        for (file, page) in pages {
            assert_page!(&format!("{}/{file}", family.name), file, page);
        }
    });
}

/// Whether the request form of a sample has attributes that the kernel's form lacks.
fn differs(shape: &Shape, reply: Option<&Sample>, text: &str) -> bool {
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
    let Some(same) = reply else {
        return true;
    };
    names(&schema::annotate(shape, &same.bytes, false)) != names(text)
}
