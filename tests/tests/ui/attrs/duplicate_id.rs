//! Two attributes with one id.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
    #[nl(attr = 2)]
    pub holes: Option<u32>,
    #[nl(attr = 0x1)]
    pub bolts: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
