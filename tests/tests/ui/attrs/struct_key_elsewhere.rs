//! A key of fixed structs on a set.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(grows = 4)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
