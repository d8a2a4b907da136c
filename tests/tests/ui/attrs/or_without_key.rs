//! What stands in for the selector of a union that has none of its own.

use netlink::{Attrs, Kind};
use netlink::wire::Unknown;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 2)]
    Coil(u32),
    #[nl(other)]
    Other(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    pub family: u8,
    #[nl(attr = 1, by = family, or = family)]
    pub spring: Option<Spring>,
    pub unknown: Unknown,
}

fn main() {}
