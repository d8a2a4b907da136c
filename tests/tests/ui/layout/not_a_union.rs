//! A member with a selector that is no union.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub family: u16,
    #[nl(by = family)]
    pub address: u32,
}

fn main() {}
