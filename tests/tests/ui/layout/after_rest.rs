//! Something after everything.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub flags: u8,
    #[nl(rest)]
    pub keys: Vec<u8>,
    #[nl(rest)]
    pub more: Vec<u8>,
}

fn main() {}
