//! The variant for the unknown has no selector.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(Option<u32>),
    #[nl(other, case = "leaf")]
    Other(Vec<u8>),
}

fn main() {}
