//! Descriptors in the reactor of tokio.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use ::tokio::io::Interest;
use ::tokio::io::unix::AsyncFd;

/// Has the reactor tell when the descriptor becomes readable.
///
/// What it gets is a duplicate, which nobody else can close. Whoever closes the original should drop
/// this first: it keeps the socket open.
pub(crate) fn watch(fd: BorrowedFd<'_>) -> io::Result<AsyncFd<OwnedFd>> {
    let duplicate = fd.try_clone_to_owned()?;
    // SAFETY: an `OwnedFd` is open for as long as it lives and always names the same descriptor; the
    // `AsyncFd` owns it, and nobody takes it out.
    Ok(unsafe { AsyncFd::register_with_interest(duplicate, Interest::READABLE) }?)
}
