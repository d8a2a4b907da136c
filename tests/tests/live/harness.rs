//! Runs a test in a child of the test runner, which is this program again, in a sandbox.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use netlink::{Error, Link, Netlink, sandbox};

/// Names the one test that a child runs.
const CHILD: &str = "NETLINK_LIVE_CHILD";
/// Makes a test that cannot run fail.
const REQUIRED: &str = "NETLINK_LIVE_REQUIRED";
/// Exit status of a child whose test cannot run here; test harnesses know it by this number.
const SKIPPED: i32 = 77;

static SKIPS: AtomicUsize = AtomicUsize::new(0);

/// Declares tests that get a handle for a network of their own.
macro_rules! live {
    ($($(#[$meta:meta])* fn $name:ident($nl:ident) $body:block)+) => {$(
        #[test]
        $(#[$meta])*
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            crate::harness::run(name, |$nl: &netlink::Netlink| $body);
        }
    )+};
}
pub(crate) use live;

/// Runs `body` in a child in a sandbox; called again there, runs it at once.
pub(crate) fn run(path: &str, body: impl FnOnce(&Netlink)) {
    // The runner knows a test by its path without the crate.
    let name = path.split_once("::").map_or(path, |(_, name)| name);
    if env::var(CHILD).as_deref() == Ok(name) {
        return body(&Netlink::new());
    }
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = match sandbox::spawn(command) {
        Ok(child) => child,
        Err(error) if sandbox::is_forbidden(&error) => return skipped(name, &error.to_string()),
        Err(error) => panic!("{error}"),
    };
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => {
            assert!(
                text.contains("1 passed"),
                "the child ran no test of this name:\n{text}"
            );
        }
        Some(SKIPPED) => {
            let reason = text.lines().find_map(|line| line.split_once("skip: "));
            skipped(name, reason.map_or("", |(_, reason)| reason));
        }
        _ => panic!(
            "{}\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

fn skipped(name: &str, reason: &str) {
    let count = SKIPS.fetch_add(1, Ordering::Relaxed) + 1;
    // Not `eprintln`, which the runner would keep to itself since the test passes.
    let _ = writeln!(
        io::stderr(),
        "SKIPPED {name}: {reason} ({count} skipped so far)"
    );
    assert!(
        env::var_os(REQUIRED).is_none(),
        "{name} must not be skipped: {reason}"
    );
}

/// Ends a child whose test needs what this kernel does not have.
pub(crate) fn skip(reason: &str) -> ! {
    println!("skip: {reason}");
    let _ = io::stdout().flush();
    std::process::exit(SKIPPED)
}

/// Creates an interface, or ends the test if the kernel lacks its driver.
pub(crate) fn make(nl: &Netlink, link: &Link) -> Link {
    match nl.links().add_get(link) {
        Ok(made) => made,
        Err(error) if error.is_unsupported() => {
            let kind = link
                .kind_name()
                .map(|name| name.to_string())
                .unwrap_or_default();
            skip(&format!("this kernel has no links of kind {kind}: {error}"))
        }
        Err(error) => panic!("{error}"),
    }
}

/// A pair of interfaces, both up.
pub(crate) fn pair(nl: &Netlink, left: &str, right: &str) -> (Link, Link) {
    make(nl, &Link::veth(left, right));
    // Not at creation: the kernel opens an end before it knows the other one, and says ENOTCONN.
    nl.links().up(left).unwrap();
    nl.links().up(right).unwrap();
    (
        nl.links().get(left).unwrap(),
        nl.links().get(right).unwrap(),
    )
}

/// An error whose text a test can show.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Error {
    match result {
        Err(error) => error,
        Ok(value) => panic!("the kernel took it: {value:?}"),
    }
}
