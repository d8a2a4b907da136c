//! A list that does not say how.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<Vec<u16>>,
    pub unknown: Unknown,
}

fn main() {}
