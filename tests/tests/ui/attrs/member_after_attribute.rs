//! A header member after an attribute.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub family: u8,
    pub unknown: Unknown,
}

fn main() {}
