//! Headers have no counted tails.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(count(teeth, u8))]
    pub family: u8,
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
