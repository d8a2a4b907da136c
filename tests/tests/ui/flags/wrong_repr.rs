//! An integer that no wire has.

use netlink::flags;

#[flags(usize)]
pub enum Colour {
    RED = 1,
}

fn main() {}
