//! The verbs against the kernel this runs on: each test in a process and in network and user
//! namespaces of its own, so that no root is needed and nothing is left behind.
//!
//! A test that cannot run says why and passes; with `NETLINK_LIVE_REQUIRED` in the environment it
//! fails instead.

mod harness;

mod addr;
mod asynchronous;
mod batch;
mod event;
mod link;
mod mirror;
mod namespace;
mod neigh;
mod recording;
mod robust;
mod route;
mod rule;
