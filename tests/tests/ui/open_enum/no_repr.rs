//! An integer of no size.

use netlink::open_enum;

#[open_enum]
pub enum Colour {
    RED = 1,
}

fn main() {}
