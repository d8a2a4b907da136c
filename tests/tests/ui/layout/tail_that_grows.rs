//! A tail has a length of its own.

use netlink::Layout;
use netlink::wire::Growth;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(grows = 4)]
pub struct Widget {
    #[nl(count(keys, u8))]
    pub made: u32,
    #[nl(tail)]
    pub keys: Vec<u8>,
    pub growth: Growth,
}

fn main() {}
