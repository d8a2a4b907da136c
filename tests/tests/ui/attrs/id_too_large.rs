//! Ids have 14 bits.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 0x8001)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
