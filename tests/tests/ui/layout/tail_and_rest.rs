//! Counted, or to the end.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(count(keys, u8))]
    pub flags: u8,
    #[nl(tail, rest)]
    pub keys: Vec<u8>,
}

fn main() {}
