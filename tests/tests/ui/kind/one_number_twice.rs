//! Two cases with one selector, written in two ways.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 10)]
    Coil(u32),
    #[nl(case = 0xa)]
    Leaf(u16),
    #[nl(other)]
    Other(Vec<u8>),
}

fn main() {}
