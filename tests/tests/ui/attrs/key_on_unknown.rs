//! The field for unknown attributes is no attribute.

use netlink::Attrs;
use netlink::wire::{Unknown};

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub rest: Unknown,
}

fn main() {}
