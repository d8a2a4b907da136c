//! A time that is not an integer.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000)]
pub struct Millis(pub char);

fn main() {}
