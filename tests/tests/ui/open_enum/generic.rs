//! Generic names.

use netlink::open_enum;

#[open_enum(u8)]
pub enum Colour<T> {
    RED = 1,
}

fn main() {}
