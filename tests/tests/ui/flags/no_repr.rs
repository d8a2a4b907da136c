//! An integer of no size.

use netlink::flags;

#[flags]
pub enum Colour {
    RED = 1,
}

fn main() {}
