//! A number that does not fit.

use netlink::flags;

#[flags(u8)]
pub enum Colour {
    RED = 0x100,
}

fn main() {}
