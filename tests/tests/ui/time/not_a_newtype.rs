//! A time with two numbers.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000)]
pub struct Millis(pub u32, pub u32);

fn main() {}
