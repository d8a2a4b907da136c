//! Runs a test in a child of the test runner, which is this program again, in a sandbox.

use std::env;
use std::fs::File;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use netlink::generated::route::link::{LinkFlags, OperState};
use netlink::{Error, Link, Netlink, sandbox};

use crate::need::{Lack, Need, is_disposable, is_unknown_kind, no_link_kind};

/// Names the one test that a child runs.
const CHILD: &str = "NETLINK_LIVE_CHILD";
/// Makes each test that cannot run fail.
const REQUIRED: &str = "NETLINK_LIVE_REQUIRED";
/// Names a file to which a line is added for each test: name, what became of it, why.
const RESULTS: &str = "NETLINK_LIVE_RESULTS";
/// Exit status of a child whose test cannot run here; test harnesses know it by this number.
const SKIPPED: i32 = 77;
/// The same, where nothing but another kernel could change that.
const EXCUSED: i32 = 78;

static SKIPS: AtomicUsize = AtomicUsize::new(0);

/// Declares tests that get a handle for a network of their own.
///
/// `fn name(nl) needs [link("vxlan")] { … }` is skipped where the kernel lacks that; see [`crate::need`].
macro_rules! live {
    ($($(#[$meta:meta])* fn $name:ident($nl:ident) $(needs [$($need:expr),+ $(,)?])? $body:block)+) => {$(
        #[test]
        $(#[$meta])*
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            crate::harness::run(name, &[$($($need),+)?], |$nl: &netlink::Netlink| $body);
        }
    )+};
}
pub(crate) use live;

/// Runs `body` in a child in a network of its own; called again there, runs it at once.
pub(crate) fn run(path: &str, needs: &[Need], body: impl FnOnce(&Netlink)) {
    // The runner knows a test by its path without the crate.
    let name = path.split_once("::").map_or(path, |(_, name)| name);
    if env::var(CHILD).as_deref() == Ok(name) {
        if let Some(lack) = needs.iter().find_map(|need| need.lack()) {
            leave(&lack);
        }
        return body(&Netlink::new());
    }
    let outcome = in_child(name);
    let (status, reason) = match &outcome {
        Ok(None) => ("pass", ""),
        Ok(Some(lack)) => ("skip", lack.reason.as_str()),
        Err(_) => ("fail", "see above"),
    };
    // Where every kernel has it that is new enough, and where the caller wants no excuse at all.
    let refused = matches!(&outcome, Ok(Some(lack))
        if env::var_os(REQUIRED).is_some() || is_disposable() && !lack.excused);
    note(name, if refused { "fail" } else { status }, reason);
    match outcome {
        Ok(None) => {}
        Ok(Some(lack)) => {
            let count = SKIPS.fetch_add(1, Ordering::Relaxed) + 1;
            // Not `eprintln`, which the runner would keep to itself since the test passes.
            let _ = writeln!(
                io::stderr(),
                "SKIPPED {name}: {} ({count} skipped so far)",
                lack.reason
            );
            assert!(!refused, "{name} must not be skipped: {}", lack.reason);
        }
        Err(text) => panic!("{text}"),
    }
}

/// Runs the test of a name in a child: passed, skipped, or what it printed when it failed.
fn in_child(name: &str) -> Result<Option<Lack>, String> {
    let program = env::current_exe().unwrap();
    let args = [name, "--exact", "--nocapture", "--test-threads=1"];
    // Where nothing can be broken, as root itself: some requests are refused to the root of a user namespace.
    let mut command = if is_disposable() {
        let mut command = Command::new("unshare");
        command.arg("--net").arg("--").arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .args(args)
        .env(CHILD, name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = if is_disposable() {
        command.spawn().map_err(|error| error.to_string())?
    } else {
        match sandbox::spawn(command) {
            Ok(child) => child,
            Err(error) if sandbox::is_forbidden(&error) => {
                return Ok(Some(Lack::of(error.to_string())));
            }
            Err(error) => return Err(error.to_string()),
        }
    };
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) if text.contains("1 passed") => Ok(None),
        Some(0) => Err(format!("the child ran no test of this name:\n{text}")),
        Some(code @ (SKIPPED | EXCUSED)) => {
            let reason = text.lines().find_map(|line| line.split_once("skip: "));
            Ok(Some(Lack {
                reason: reason.map_or_else(String::new, |(_, reason)| reason.to_owned()),
                excused: code == EXCUSED,
            }))
        }
        _ => Err(format!(
            "{}\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// Adds a line about a test to the file that the environment names.
fn note(name: &str, status: &str, reason: &str) {
    let Some(path) = env::var_os(RESULTS) else {
        return;
    };
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    // In one piece, since other threads write too.
    file.write_all(format!("{name}\t{status}\t{reason}\n").as_bytes())
        .unwrap();
}

/// Ends a child whose test cannot run here. What is known beforehand belongs into `needs`.
fn leave(lack: &Lack) -> ! {
    println!("skip: {}", lack.reason.replace(['\n', '\t'], " "));
    let _ = io::stdout().flush();
    std::process::exit(if lack.excused { EXCUSED } else { SKIPPED })
}

/// Creates an interface, or ends the test if the kernel lacks its driver.
pub(crate) fn make(nl: &Netlink, link: &Link) -> Link {
    match nl.links().add_get(link) {
        Ok(made) => made,
        Err(error) if is_unknown_kind(&error) => {
            let kind = link.kind_name().map(|name| name.to_string());
            leave(&no_link_kind(&kind.unwrap_or_default()))
        }
        Err(error) => panic!("{error}: {link:?}"),
    }
}

/// A pair of interfaces, both up.
pub(crate) fn pair(nl: &Netlink, left: &str, right: &str) -> (Link, Link) {
    make(nl, &Link::veth(left, right));
    // Not at creation: the kernel opens an end before it knows the other one, and says ENOTCONN.
    nl.links().up(left).unwrap();
    nl.links().up(right).unwrap();
    (settled(nl, left), settled(nl, right))
}

/// An interface that came up, once the kernel has made up its mind about that: it looks at the carrier a moment later.
fn settled(nl: &Netlink, name: &str) -> Link {
    let start = Instant::now();
    loop {
        let link = nl.links().get(name).unwrap();
        if link.oper_state == Some(OperState::UP) {
            return link;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{link:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// An error whose text a test can show.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Error {
    match result {
        Err(error) => error,
        Ok(value) => panic!("the kernel took it: {value:?}"),
    }
}

/// What stays the same between two looks at an interface that nobody touched.
pub(crate) fn stable(mut link: Link) -> Link {
    (link.stats, link.stats64, link.af_spec) = (None, None, None);
    // An echo is a notification, which selects all flags; a reply selects none.
    link.change = LinkFlags::empty();
    // A veth pair finds its carrier a moment after it came up.
    (
        link.carrier_changes,
        link.carrier_up_count,
        link.carrier_down_count,
    ) = (None, None, None);
    link
}
