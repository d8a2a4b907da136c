//! A name is one number.

use netlink::flags;

#[flags(u8)]
pub enum Colour {
    RED = 1,
    BLUE(u8),
}

fn main() {}
