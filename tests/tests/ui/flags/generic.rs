//! Generic names.

use netlink::flags;

#[flags(u8)]
pub enum Colour<T> {
    RED = 1,
}

fn main() {}
