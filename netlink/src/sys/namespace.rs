//! Namespaces of the calling thread: leaving into new ones, entering one that exists.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Moves the calling *process* into a user and a network namespace of its own.
///
/// The kernel refuses this (`EINVAL`) in a process with more than one thread.
pub(crate) fn own_user_and_network() -> io::Result<()> {
    // SAFETY: `unshare` takes an integer and touches no memory of ours.
    check(unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) })
}

/// Moves the calling *thread* into a network namespace of its own.
pub(crate) fn own_network() -> io::Result<()> {
    // SAFETY: `unshare` takes an integer and touches no memory of ours.
    check(unsafe { libc::unshare(libc::CLONE_NEWNET) })
}

/// Moves the calling *thread* into the network namespace that `namespace` refers to.
pub(crate) fn enter_network(namespace: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: `setns` takes two integers; the descriptor is open for as long as it is borrowed. The
    // kernel checks that it is a network namespace.
    check(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) })
}

fn check(status: libc::c_int) -> io::Result<()> {
    if status < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
