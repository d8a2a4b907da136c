//! A struct has no names of numbers.

use netlink::flags;

#[flags(u8)]
pub struct Colour {
    pub red: u8,
}

fn main() {}
