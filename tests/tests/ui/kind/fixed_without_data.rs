//! Nothing has no bytes in a struct.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Spring {
    #[nl(case = 1)]
    Coil,
    #[nl(other)]
    Other([u8; 4]),
}

fn main() {}
