//! A name is one number.

use netlink::open_enum;

#[open_enum(u8)]
pub enum Colour {
    RED = 1,
    BLUE(u8),
}

fn main() {}
