//! An attribute may be absent.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: u32,
    pub unknown: Unknown,
}

fn main() {}
