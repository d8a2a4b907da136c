//! What holds of every message, whatever it says: messages made from the schemas of all types, and the same with damage.
//!
//! Every type gets as many cases; `PROPTEST_CASES` says how many. What is tried is the same in each run, unless
//! `PROPTEST_RNG_SEED` says otherwise. A failure shows the message, and what its bytes mean.

use netlink::wire::schema::{leaves, samples};
use netlink::wire::{Direction, Shape};
use netlink_tests::bodies::{BODIES, Body, Candidate};
use netlink_tests::make::{Made, Source, damage, make};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::collections::BTreeSet;

/// Messages of each type that are made to see what comes up.
const ROUNDS: u32 = 12;

/// Cases for each type and direction where nobody says otherwise.
const CASES: u32 = 12;

/// Bytes that decide what a message is. More than a message takes, mostly.
fn decisions() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        prop::collection::vec(any::<u8>(), 64..600),
    ]
}

fn runner() -> TestRunner {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let chosen = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config {
        cases: if chosen { config.cases } else { CASES },
        max_shrink_iters: 20_000,
        ..config
    };
    if std::env::var_os("PROPTEST_RNG_SEED").is_some() {
        return TestRunner::new(config);
    }
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Tries a property of messages with every type in each direction.
fn every_body(property: impl Fn(&Body, Direction, &[u8]) -> Result<(), String>) {
    let mut failures = Vec::new();
    for body in BODIES {
        for direction in body.directions() {
            let outcome = runner().run(&decisions(), |decisions| {
                property(body, direction, &decisions).map_err(TestCaseError::fail)
            });
            match outcome {
                Ok(()) => {}
                Err(TestError::Fail(reason, _)) => failures.push(reason.to_string()),
                Err(other) => panic!("{}: {other}", body.name),
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of the messages fail\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn made(body: &Body, direction: Direction, source: &mut Source<'_>) -> Made {
    make(&body.shape, direction == Direction::ToKernel, source)
}

fn check(body: &Body, direction: Direction, made: &Made) -> Result<Option<Vec<u8>>, String> {
    body.check(Candidate {
        bytes: &made.bytes,
        direction,
        context: made.context,
    })
}

/// Ids and payloads of all attributes that no spec has, sorted.
fn strangers(
    shape: &Shape,
    bytes: &[u8],
    to_kernel: bool,
    context: Option<u64>,
) -> Vec<(u16, Vec<u8>)> {
    let mut found = Vec::new();
    leaves(shape, bytes, to_kernel, context, &mut |leaf| {
        let name = leaf.path.last().and_then(|name| name.split_once('?'));
        if let (Some((_, id)), None) = (name, leaf.shape) {
            let payload = bytes[leaf.offset..leaf.offset + leaf.len].to_vec();
            found.push((id.parse().unwrap(), payload));
        }
    });
    found.sort();
    found
}

/// What is well formed decodes, to a value that encodes to what says the same and decodes to an equal value; its view agrees in
/// everything that can be asked.
#[test]
fn well_formed_messages_are_values() {
    every_body(|body, direction, decisions| {
        let made = made(body, direction, &mut Source::new(decisions));
        match check(body, direction, &made)? {
            Some(_) => Ok(()),
            None => Err(format!(
                "{} {direction:?} is refused: {}",
                body.name,
                netlink_tests::to_hex(&made.bytes)
            )),
        }
    });
}

/// Attributes of a later kernel come out as they went in, wherever they stand.
#[test]
fn unknown_attributes_survive() {
    let counter = std::cell::Cell::new(0);
    every_body(|body, direction, decisions| {
        let made = made(body, direction, &mut Source::new(decisions));
        let to_kernel = direction == Direction::ToKernel;
        let encoded = check(body, direction, &made)?.ok_or("it is refused")?;
        let before = strangers(&body.shape, &made.bytes, to_kernel, made.context);
        let after = strangers(&body.shape, &encoded, to_kernel, made.context);
        if before != after {
            return Err(format!("{}: {before:02x?} became {after:02x?}", body.name));
        }
        // What the schema does not find was not put there.
        let mut unknown = made.unknown.clone();
        unknown.sort();
        if unknown.iter().any(|stranger| !before.contains(stranger)) {
            return Err(format!(
                "{}: {unknown:02x?} is not all in {before:02x?}",
                body.name
            ));
        }
        counter.set(counter.get() + before.len());
        Ok(())
    });
    let seen = counter.get();
    assert!(seen > BODIES.len(), "only {seen} unknown attributes");
}

/// Damaged messages are values or errors that point into them, at a cost that their length bounds.
#[test]
fn damaged_messages_are_values_or_errors() {
    let (values, errors) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    every_body(|body, direction, decisions| {
        let mut source = Source::new(decisions);
        let mut damages = Source::new(&decisions[decisions.len() / 2..]);
        let mut made = made(body, direction, &mut source);
        for _ in 0..=damages.below(3) {
            damage(&mut made.bytes, &mut damages);
        }
        let mut checked = Ok(None);
        let start = std::time::Instant::now();
        let cost = allocation_counter::measure(|| checked = check(body, direction, &made));
        let took = start.elapsed();
        let count = if checked?.is_some() { &values } else { &errors };
        count.set(count.get() + 1);
        let most = 256 * 1024 + 1024 * made.bytes.len() as u64;
        if cost.bytes_max > most || took.as_secs() >= 5 {
            return Err(format!(
                "{}: {} bytes took {} bytes and {took:?}\n{}",
                body.name,
                made.bytes.len(),
                cost.bytes_max,
                netlink_tests::to_hex(&made.bytes)
            ));
        }
        Ok(())
    });
    let (values, errors) = (values.get(), errors.get());
    assert!(
        values > BODIES.len() && errors > BODIES.len() / 2,
        "{values} values, {errors} errors: the damage is too harsh or too mild"
    );
}

/// All types that samples have come up among the messages made, and nearly all attributes: what is not reached is not tested by the
/// properties above. More cases reach more, and so does the fuzzer `message`.
#[test]
fn the_messages_say_everything() {
    let mut missing = BTreeSet::new();
    let bodies = || {
        let both = |body: &'static Body| body.directions().map(move |direction| (body, direction));
        BODIES.iter().flat_map(both)
    };
    for (body, direction) in bodies() {
        let to_kernel = direction == Direction::ToKernel;
        for sample in samples(&body.shape, to_kernel) {
            let (bytes, context) = (&sample.bytes, sample.context);
            leaves(&body.shape, bytes, to_kernel, context, &mut |leaf| {
                missing.insert(leaf.owner);
            });
        }
    }
    let count = missing.len();
    let mut types: BTreeSet<_> = missing.iter().map(|(owner, _)| *owner).collect();
    let all = types.len();
    let mut reached = BTreeSet::new();
    let mut runner = runner();
    for _ in 0..ROUNDS {
        for (body, direction) in bodies() {
            let decisions = prop::collection::vec(any::<u8>(), 1200);
            let decisions = decisions.new_tree(&mut runner).unwrap().current();
            let made = made(body, direction, &mut Source::new(&decisions));
            let to_kernel = direction == Direction::ToKernel;
            leaves(
                &body.shape,
                &made.bytes,
                to_kernel,
                made.context,
                &mut |leaf| {
                    missing.remove(&leaf.owner);
                    reached.insert(leaf.owner);
                },
            );
        }
    }
    for (owner, _) in &reached {
        types.remove(owner);
    }
    assert!(
        count > 4 * BODIES.len(),
        "the samples say only {count} things"
    );
    eprintln!(
        "{} of {all} types, {} of {count}",
        types.len(),
        missing.len()
    );
    assert!(
        all > 500 && types.is_empty(),
        "of {all} types never come up: {types:?}"
    );
    assert!(
        missing.len() * 50 < count,
        "{} of {count} never come up: {missing:?}",
        missing.len()
    );
}
