//! A unit that does not exist.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8, words))]
    pub flags: u8,
    #[nl(tail)]
    pub keys: Vec<u32>,
}

fn main() {}
