//! What is right compiles.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000, forever = 0xffff_ffff)]
pub struct Millis(pub u32);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 100)]
pub struct TicksLeft(pub i32);
