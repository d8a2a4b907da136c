//! What fuzzers feed: functions that take any bytes and panic if something does not hold, and seeds to start from.
//!
//! The programs of `fuzz/` call these, and so does a test, with every input of `fuzz/regressions`.

mod dissect;
mod engine;
mod messages;
mod seeds;
mod spec;

pub use messages::Input;
pub use seeds::seeds;

/// Something to feed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of the program in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Takes an input.
    pub run: fn(&[u8]),
}

/// All targets but `derive`, which lives where the derives are.
pub const TARGETS: &[Target] = &[
    Target {
        name: "decode",
        run: messages::decode,
    },
    Target {
        name: "message",
        run: messages::message,
    },
    Target {
        name: "schema",
        run: messages::schema,
    },
    Target {
        name: "engine",
        run: engine::run,
    },
    Target {
        name: "dissect",
        run: dissect::run,
    },
    Target {
        name: "spec",
        run: spec::run,
    },
];

/// Feeds the target of this name.
///
/// # Panics
/// If something does not hold; or if there is no such target.
pub fn run(name: &str, data: &[u8]) {
    match TARGETS.iter().find(|target| target.name == name) {
        Some(target) => (target.run)(data),
        None => panic!("no target is called {name}"),
    }
}
