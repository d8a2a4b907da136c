//! No part of a second.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 0)]
pub struct Millis(pub u32);

fn main() {}
