//! A tail is a list.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8))]
    pub flags: u8,
    #[nl(tail)]
    pub keys: u32,
}

fn main() {}
