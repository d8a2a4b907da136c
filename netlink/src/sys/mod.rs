//! System calls, and two places for values: the only module of the library that may be unsafe.
//!
//! What stands here is as thin as it can be: each function is one system call (or one short, fixed
//! sequence of them) with its arguments checked, its return value turned into an [`std::io::Result`]
//! and its `unsafe` block argued. Policy (which options, which order, what to retry) lives above.

mod errno;
mod mount;
mod namespace;
mod place;
mod process;
#[cfg(feature = "tokio")]
mod reactor;
mod slot;
mod socket;

pub(crate) use errno::{description, is, name};
pub(crate) use mount::{bind, bind_tree, share, unmount};
pub(crate) use namespace::{enter_network, own_network, own_user_and_network};
pub(crate) use place::made;
pub(crate) use process::{Step, spawn_isolated, user_and_group};
#[cfg(feature = "tokio")]
pub(crate) use reactor::watch;
pub(crate) use slot::Slot;
pub(crate) use socket::{MANY, Socket, wait_readable};
