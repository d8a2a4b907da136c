//! The verbs against the kernel this runs on: each test in a process and in network and user
//! namespaces of its own, so that no root is needed and nothing is left behind.
//!
//! A test says what it needs; without that it says why it cannot run, and passes. With
//! `NETLINK_LIVE_REQUIRED` in the environment it fails instead. `cargo xtask vm` runs all on stock
//! kernels, as root, and lets none be skipped that the kernel's version does not excuse.

mod harness;
mod need;

mod addr;
mod asynchronous;
mod batch;
mod encap;
mod event;
mod kinds;
mod link;
mod mirror;
mod namespace;
mod neigh;
mod recording;
mod robust;
mod route;
mod rule;
mod second;
