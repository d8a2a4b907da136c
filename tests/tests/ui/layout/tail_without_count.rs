//! A tail of unknown length.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub flags: u8,
    #[nl(tail)]
    pub keys: Vec<u32>,
}

fn main() {}
