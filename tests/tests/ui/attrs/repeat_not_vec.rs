//! What repeats is a list.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, repeat)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
