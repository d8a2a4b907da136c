//! A selector within a union.

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

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Leaf {
    #[nl(case = 2)]
    Steel(u32),
    #[nl(other)]
    Other(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(key = 1, data = 2, key_as = netlink::wire::Wire<u32>)]
    pub spring: Option<Spring>,
    #[nl(attr = 3, by = spring.kind)]
    pub leaf: Option<Leaf>,
    pub unknown: Unknown,
}

fn main() {}
