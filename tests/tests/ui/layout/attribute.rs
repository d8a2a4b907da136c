//! An attribute in a fixed struct.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub flags: u8,
    #[nl(attr = 1)]
    pub keys: Option<u32>,
}

fn main() {}
