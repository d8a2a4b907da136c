//! A key in what stands in for a selector, where that is never absent.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 10, or = 3)]
    Coil(u32),
    #[nl(other)]
    Other(Vec<u8>),
}

fn main() {}
