//! A pair of a plain type.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(key = 1, data = 2)]
    pub spring: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
