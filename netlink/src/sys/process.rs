//! Starting a program in a user and network namespace of its own.
//!
//! `unshare(CLONE_NEWUSER)` is refused in a process with several threads, as every test runner is.
//! A child between `fork` and `exec` has one thread, so that is where it happens. There, only
//! async-signal-safe calls are allowed: another thread of the parent may have held any lock, the
//! allocator's included, when the fork copied it. Everything the child needs is prepared before.

use std::ffi::CStr;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

/// What the child was doing when the kernel refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// `unshare` of the two namespaces.
    Unshare,
    /// Giving up `setgroups`, without which an unprivileged group map is refused.
    SetGroups,
    /// Writing the user map.
    UidMap,
    /// Writing the group map.
    GidMap,
    /// Anything else `Command` does: the fork itself, `exec`, redirections.
    Start,
}

impl Step {
    const REPORTED: [Self; 4] = [Self::Unshare, Self::SetGroups, Self::UidMap, Self::GidMap];

    const fn code(self) -> u8 {
        match self {
            Self::Unshare => 1,
            Self::SetGroups => 2,
            Self::UidMap => 3,
            Self::GidMap => 4,
            Self::Start => 5,
        }
    }
}

/// The effective user and group of this process.
pub(crate) fn user_and_group() -> (u32, u32) {
    // SAFETY: both calls take nothing, touch no memory and cannot fail.
    unsafe { (libc::geteuid(), libc::getegid()) }
}

/// Starts `command` in namespaces of its own, where it is root and alone.
///
/// On failure the step says which part was refused.
pub(crate) fn spawn_isolated(mut command: Command) -> Result<Child, (Step, io::Error)> {
    let start = |error| (Step::Start, error);
    // Both ends close on exec, so neither the new program nor one that another thread starts at the
    // same time inherits them.
    let (mut report, reporter) = UnixStream::pair().map_err(start)?;
    let (user, group) = user_and_group();
    let user_map = format!("0 {user} 1").into_bytes();
    let group_map = format!("0 {group} 1").into_bytes();
    let report_to = reporter.as_raw_fd();
    let isolate = move || {
        isolate(&user_map, &group_map).map_err(|(step, error)| {
            tell(report_to, step);
            error
        })
    };
    // SAFETY: the closure runs in the child between fork and exec, and does only what is allowed
    // there: raw system calls on memory prepared above (no allocation, no lock, no environment).
    // `io::Error::last_os_error` and `from_raw_os_error` hold the number inline and allocate
    // nothing. `report_to` is open in the child because `reporter` lives until after the spawn.
    unsafe { command.pre_exec(isolate) };
    let outcome = command.spawn();
    drop(reporter);
    outcome.map_err(|error| {
        let mut code = [0];
        // The only other writers, the copies in the child, are gone: this cannot block.
        let step = match report.read(&mut code) {
            Ok(1) => Step::REPORTED
                .into_iter()
                .find(|step| code == [step.code()]),
            _ => None,
        };
        (step.unwrap_or(Step::Start), error)
    })
}

/// The part that runs in the child: async-signal-safe, see the module.
fn isolate(user_map: &[u8], group_map: &[u8]) -> Result<(), (Step, io::Error)> {
    super::own_user_and_network().map_err(|error| (Step::Unshare, error))?;
    match write_file(c"/proc/self/setgroups", b"deny") {
        // Kernels before 3.19 have no such file and no such rule.
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => {}
        other => other.map_err(|error| (Step::SetGroups, error))?,
    }
    write_file(c"/proc/self/uid_map", user_map).map_err(|error| (Step::UidMap, error))?;
    write_file(c"/proc/self/gid_map", group_map).map_err(|error| (Step::GidMap, error))
}

/// Writes a file of procfs in one call, as the kernel demands for maps.
fn write_file(path: &CStr, text: &[u8]) -> io::Result<()> {
    // SAFETY: `path` is a NUL-terminated string that outlives the call; the flags need no mode.
    let fd = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: pointer and length describe `text`, which is only read; `fd` was just opened.
    let written = unsafe { libc::write(fd, text.as_ptr().cast(), text.len()) };
    let outcome = if written < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    };
    // SAFETY: `fd` was opened above, and nothing else knows it, so this closes it once.
    unsafe { libc::close(fd) };
    outcome
}

/// Tells the parent which step failed. If even that fails, the parent still gets the errno.
fn tell(report_to: RawFd, step: Step) {
    let code = step.code();
    // SAFETY: the pointer is to one live byte; the descriptor is the child's copy of one the parent
    // keeps open across the fork.
    unsafe { libc::write(report_to, (&raw const code).cast(), 1) };
}
