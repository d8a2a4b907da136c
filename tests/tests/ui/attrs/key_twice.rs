//! A key that stands twice.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, max = 2, max = 3)]
    pub teeth: Option<Vec<u8>>,
    pub unknown: Unknown,
}

fn main() {}
