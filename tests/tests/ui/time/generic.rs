//! A generic time.

use netlink::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Time)]
#[nl(per_second = 1000)]
pub struct Millis<T>(pub T);

fn main() {}
