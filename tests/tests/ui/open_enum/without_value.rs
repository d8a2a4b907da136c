//! A number is written out.

use netlink::open_enum;

#[open_enum(u8)]
pub enum Colour {
    RED = 1,
    BLUE,
}

fn main() {}
