//! A key with a slip of the pen.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(atr = 1)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
