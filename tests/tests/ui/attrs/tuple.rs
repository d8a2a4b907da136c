//! A tuple struct has no names.

use netlink::Attrs;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget(pub u32);

fn main() {}
