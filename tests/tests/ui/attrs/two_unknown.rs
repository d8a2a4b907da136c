//! Two places for one thing.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub rest: Unknown,
    pub unknown: Unknown,
}

fn main() {}
