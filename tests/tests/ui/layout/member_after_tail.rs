//! A fixed member after a tail.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8))]
    pub flags: u8,
    #[nl(tail)]
    pub keys: Vec<u32>,
    pub weight: u32,
}

fn main() {}
