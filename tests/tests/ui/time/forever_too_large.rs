//! A limit that the integer cannot hold.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000, forever = 0x1_0000)]
pub struct Millis(pub u16);

fn main() {}
