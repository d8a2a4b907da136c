//! A struct that forgets its length.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(grows = 4)]
pub struct Widget {
    pub made: u32,
    pub sold: u32,
}

fn main() {}
