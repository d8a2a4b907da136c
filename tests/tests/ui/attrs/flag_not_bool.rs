//! A flag that is not a bool.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, flag)]
    pub quiet: Option<bool>,
    pub unknown: Unknown,
}

fn main() {}
