//! The selector of a set is an attribute.

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
    #[nl(key = str, data = 2)]
    pub spring: Option<Spring>,
    pub unknown: Unknown,
}

fn main() {}
