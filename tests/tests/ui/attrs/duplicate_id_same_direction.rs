//! Only one of each direction may share an id.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, read)]
    pub teeth: Option<u32>,
    #[nl(attr = 1, write)]
    pub holes: Option<u64>,
    #[nl(attr = 1, read)]
    pub bolts: Option<u16>,
    pub unknown: Unknown,
}

fn main() {}
