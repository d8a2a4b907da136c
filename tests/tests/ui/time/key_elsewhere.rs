//! A key of enums on a time.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000, key = str)]
pub struct Millis(pub u32);

fn main() {}
