//! An id that is padding.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(pads(3))]
pub struct Widget {
    #[nl(attr = 3)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
