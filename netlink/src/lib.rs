//! Typed netlink.
extern crate self as netlink;
pub mod addr;
mod blocking;
pub mod conn;
mod error;
pub mod exec;
pub mod generated;
pub mod link;
pub mod list;
pub mod neigh;
pub mod netns;
pub mod op;
pub mod route;
pub mod rule;
pub mod sandbox;
#[expect(unsafe_code, reason = "system calls; every other module is safe")]
mod sys;
pub mod wire;
pub use addr::Addrs;
pub use blocking::Netlink;
pub use error::{Errno, Error, Result};
pub use generated::route::{addr::Address, link::Link, neigh::Neighbour, route::Route, rule::Rule};
pub use link::{LinkChange, LinkRef, Links};
pub use neigh::Neighs;
pub use nlgen_macros::{Attrs, Kind, Layout, Messages, Time, flags, open_enum};
pub use route::Routes;
pub use rule::Rules;
