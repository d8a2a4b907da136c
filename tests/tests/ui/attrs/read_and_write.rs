//! Both directions are the default.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, read, write)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
