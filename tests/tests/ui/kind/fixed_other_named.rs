//! A union in a struct does not hold its selector.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Spring {
    #[nl(case = 1)]
    Coil(u64),
    #[nl(other)]
    Other {
        kind: u32,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
