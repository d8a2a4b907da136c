//! The id of a selector is an id as well.

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
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    #[nl(key = 1, data = 2)]
    pub spring: Option<Spring>,
    pub unknown: Unknown,
}

fn main() {}
