//! A number that does not fit.

use netlink::open_enum;

#[open_enum(u8)]
pub enum Colour {
    RED = 0x100,
}

fn main() {}
