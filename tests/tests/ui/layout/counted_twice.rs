//! Two counts of one tail.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8), count(keys, u16))]
    pub flags: u8,
    #[nl(tail)]
    pub keys: Vec<u32>,
}

fn main() {}
