//! Two cases for everything else.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(default)]
    Coil(u32),
    #[nl(default)]
    Leaf(u16),
    #[nl(other)]
    Other(Vec<u8>),
}

fn main() {}
