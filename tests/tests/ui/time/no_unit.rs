//! A time in no unit.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
pub struct Millis(pub u32);

fn main() {}
