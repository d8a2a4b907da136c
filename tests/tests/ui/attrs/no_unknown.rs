//! A set that would lose what it does not know.

use netlink::Attrs;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub teeth: Option<u32>,
}

fn main() {}
