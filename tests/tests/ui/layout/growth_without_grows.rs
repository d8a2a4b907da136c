//! A struct that grows from nothing.

use netlink::Layout;
use netlink::wire::Growth;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub made: u32,
    pub growth: Growth,
}

fn main() {}
