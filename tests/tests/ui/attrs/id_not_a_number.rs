//! An id is a number.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = "teeth")]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
