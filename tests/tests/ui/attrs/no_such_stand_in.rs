//! What stands in for a selector does not exist.

use netlink::{Attrs, Kind};
use netlink::wire::Unknown;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 2)]
    Coil(Option<u32>),
    #[nl(other)]
    Other { kind: u32, data: Option<Vec<u8>> },
}

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    pub family: u8,
    #[nl(key = 1, data = 2, key_as = netlink::wire::Wire<u32>, or = famly)]
    pub spring: Option<Spring>,
    pub unknown: Unknown,
}

fn main() {}
