//! A generic set.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget<T> {
    #[nl(attr = 1)]
    pub teeth: Option<T>,
    pub unknown: Unknown,
}

fn main() {}
