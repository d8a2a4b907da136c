//! A union at the end may be absent.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub family: u16,
    #[nl(rest, by = family)]
    pub address: Vec<u8>,
}

fn main() {}
