//! What stands in a struct is there.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Spring {
    #[nl(case = 1)]
    Coil(Option<u32>),
    #[nl(other)]
    Other([u8; 4]),
}

fn main() {}
