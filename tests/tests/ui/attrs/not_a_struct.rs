//! An enum is no set.

use netlink::Attrs;

#[derive(Clone, Debug, PartialEq, Attrs)]
pub enum Widget {
    Gear,
}

fn main() {}
