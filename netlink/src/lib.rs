//! Typed netlink.
extern crate self as netlink;
mod blocking;
pub mod conn;
mod error;
pub mod exec;
pub mod generated;
pub mod link;
pub mod list;
pub mod netns;
pub mod op;
pub mod sandbox;
#[expect(unsafe_code, reason = "system calls; every other module is safe")]
mod sys;
pub mod wire;
pub use blocking::Netlink;
pub use error::{Errno, Error, Result};
pub use generated::route::link::Link;
pub use link::{LinkChange, LinkRef, Links};
pub use nlgen_macros::{Attrs, Kind, Layout, Messages, Time, flags, open_enum};
