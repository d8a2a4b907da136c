//! Typed netlink.
extern crate self as netlink;
pub mod generated;
pub mod wire;
pub use nlgen_macros::{Attrs, Kind, Layout, Messages, Time, flags, open_enum};
