//! What is right compiles.

use netlink::open_enum;

#[open_enum(be16)]
pub enum Colour {
    RED = 1,
    ALSO_RED = 1,
    BLUE = 0xffff,
}

#[open_enum(i32)]
pub enum Mood {
    BAD = -1,
}
