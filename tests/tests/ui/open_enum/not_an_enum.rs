//! A struct has no names of numbers.

use netlink::open_enum;

#[open_enum(u8)]
pub struct Colour {
    pub red: u8,
}

fn main() {}
