//! A flag has no length.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, flag, max = 3)]
    pub quiet: bool,
    pub unknown: Unknown,
}

fn main() {}
