//! A key of messages on a field.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, reply = one)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
