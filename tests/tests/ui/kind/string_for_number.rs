//! A string in a union selected by a number.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(u32),
    #[nl(other)]
    Other(Vec<u8>),
}

fn main() {}
