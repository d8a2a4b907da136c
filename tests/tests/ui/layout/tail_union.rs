//! A counted tail is no union.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8))]
    pub family: u16,
    #[nl(tail, by = family)]
    pub keys: Vec<u8>,
}

fn main() {}
