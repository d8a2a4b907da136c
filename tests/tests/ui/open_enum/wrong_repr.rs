//! An integer that no wire has.

use netlink::open_enum;

#[open_enum(usize)]
pub enum Colour {
    RED = 1,
}

fn main() {}
