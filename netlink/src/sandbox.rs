//! A network to play with, without root: user and network namespaces of one's own.
//!
//! A fresh network namespace holds nothing but a loopback interface that is down; whoever made it
//! together with a user namespace is root in there. That is all that tests and examples need, and
//! nothing they do reaches the host. [`enter`] moves a program that has one thread; [`spawn`] starts
//! another program and works from any process, test runners included.
//!
//! Some systems forbid unprivileged user namespaces. Then both fail with an error whose text names
//! the setting in question; [`is_forbidden`] tells this from other failures.
//!
//! ```no_run
//! netlink::sandbox::enter()?;
//! let nl = netlink::Netlink::new();
//! assert_eq!(nl.links().list(&Default::default())?.into_vec()?.len(), 1);
//! # Ok::<(), netlink::Error>(())
//! ```

use std::fs;
use std::io;
use std::process::{Child, Command};
use std::sync::Arc;

use crate::error::{Error, Kind};
use crate::sys::{self, Step};

/// Moves this process into a user and a network namespace of its own, in which it is root.
///
/// The process must have a single thread: call this first thing in `main`. There is no way back.
///
/// # Errors
/// Says which step the kernel refused and what setting may be behind it.
pub fn enter() -> Result<(), Error> {
    // The new namespace maps the ids the process had before; inside, unmapped, they look like nobody.
    let (user, group) = sys::user_and_group();
    sys::own_user_and_network().map_err(|error| explain(Step::Unshare, error))?;
    match fs::write("/proc/self/setgroups", "deny") {
        // Kernels before 3.19 have no such file and no such rule.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => other.map_err(|error| explain(Step::SetGroups, error))?,
    }
    fs::write("/proc/self/uid_map", format!("0 {user} 1"))
        .map_err(|error| explain(Step::UidMap, error))?;
    fs::write("/proc/self/gid_map", format!("0 {group} 1"))
        .map_err(|error| explain(Step::GidMap, error))
}

/// Starts a program in a user and a network namespace of its own, in which it is root.
///
/// ```no_run
/// use std::process::Command;
///
/// let mut list = Command::new("ip");
/// list.arg("link");
/// let status = netlink::sandbox::spawn(list)?.wait()?;
/// assert!(status.success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Says which step the kernel refused and what setting may be behind it.
pub fn spawn(command: Command) -> Result<Child, Error> {
    sys::spawn_isolated(command).map_err(|(step, error)| explain(step, error))
}

/// Whether an error of this module means that the system forbids unprivileged user namespaces, as
/// opposed to a program that does not exist or a process with too many threads.
pub fn is_forbidden(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::Sandbox {
            forbidden: true,
            ..
        }
    )
}

/// Settings that restrict user namespaces, the value that means "forbidden", and what to do.
const RESTRICTIONS: [(&str, &str, &str); 3] = [
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "unprivileged user namespaces are off: `sysctl kernel.unprivileged_userns_clone=1` allows them",
    ),
    (
        "/proc/sys/user/max_user_namespaces",
        "0",
        "no user namespaces are allowed: `sysctl user.max_user_namespaces=10000` allows some",
    ),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor takes the privileges in unprivileged user namespaces away: \
         `sysctl kernel.apparmor_restrict_unprivileged_userns=0` or a profile for the program gives \
         them back",
    ),
];

/// What on this system is known to make [`enter`] and [`spawn`], or requests made inside, fail.
///
/// AppArmor may let a program into its namespace and then refuse what it does there with `EPERM`;
/// a program that meets this can print the hint.
pub fn hint() -> Option<&'static str> {
    RESTRICTIONS.iter().find_map(|(path, forbidden, hint)| {
        let value = fs::read_to_string(path).ok()?;
        (value.trim() == *forbidden).then_some(*hint)
    })
}

#[cold]
fn explain(step: Step, error: io::Error) -> Error {
    let doing = match step {
        Step::Unshare => "cannot make a user and network namespace",
        Step::SetGroups => "cannot write /proc/self/setgroups of the new namespace",
        Step::UidMap => "cannot write /proc/self/uid_map of the new namespace",
        Step::GidMap => "cannot write /proc/self/gid_map of the new namespace",
        Step::Start => "cannot start the program",
    };
    let errno = error.raw_os_error().unwrap_or_default();
    let many_threads = step == Step::Unshare && sys::is::invalid(errno);
    let hint = match step {
        Step::Start => None,
        _ if many_threads => Some("the process has more than one thread"),
        _ => hint(),
    };
    let forbidden = step != Step::Start && !many_threads;
    Kind::Sandbox {
        doing,
        hint,
        forbidden,
        source: Arc::new(error),
    }
    .into()
}
