//! Sets in groups that are no list.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, groups)]
    pub inner: Option<Box<Widget>>,
    pub unknown: Unknown,
}

fn main() {}
