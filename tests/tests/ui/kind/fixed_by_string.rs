//! A union in a struct selected by a string.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str, fixed)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(u32),
    #[nl(other)]
    Other([u8; 4]),
}

fn main() {}
