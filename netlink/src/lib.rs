//! Typed netlink.
extern crate self as netlink;
