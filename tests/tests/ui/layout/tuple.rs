//! A tuple struct has no names.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget(pub u32);

fn main() {}
