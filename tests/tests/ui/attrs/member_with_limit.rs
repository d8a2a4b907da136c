//! A key of attributes on a header member.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(max = 3)]
    pub family: u8,
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
