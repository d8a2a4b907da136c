//! A struct with two lengths.

use netlink::Layout;
use netlink::wire::Growth;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(grows = 4)]
pub struct Widget {
    pub made: u32,
    pub growth: Growth,
    pub more: Growth,
}

fn main() {}
