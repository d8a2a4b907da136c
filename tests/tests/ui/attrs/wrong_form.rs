//! A form of another type.

use netlink::Attrs;
use netlink::wire::{Bare, Unknown};

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, as = Bare)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
