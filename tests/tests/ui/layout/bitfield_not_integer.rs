//! A bitfield is an integer.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(bits = 4)]
    pub low: [u8; 2],
}

fn main() {}
