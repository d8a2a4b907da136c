//! A set provides one of its own fields.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(provide = kind)]
pub struct Widget {
    pub family: u8,
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
