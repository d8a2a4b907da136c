//! A count of nothing.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8))]
    pub flags: u8,
    pub keys: u32,
}

fn main() {}
