//! A bitfield wider than its type.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(bits = 9)]
    pub low: u8,
}

fn main() {}
