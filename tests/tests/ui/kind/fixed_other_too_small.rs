//! Bytes that do not hold the largest case.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Spring {
    #[nl(case = 1)]
    Coil(u64),
    #[nl(other)]
    Other([u8; 4]),
}

fn main() {}
