//! A member that counts, in a form of its own.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(counts(keys), as = netlink::wire::Be)]
    pub number: u16,
    #[nl(tail)]
    pub keys: Vec<u32>,
}

fn main() {}
