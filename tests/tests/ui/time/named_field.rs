//! A time with a name inside.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000)]
pub struct Millis {
    pub count: u32,
}

fn main() {}
