//! No header, no short header.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(short_header = 1)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
