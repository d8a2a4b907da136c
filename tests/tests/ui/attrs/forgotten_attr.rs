//! A field without `attr` is a header member, and an `Option` is none.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
