//! A number is written out.

use netlink::flags;

#[flags(u8)]
pub enum Colour {
    RED = 1,
    BLUE,
}

fn main() {}
