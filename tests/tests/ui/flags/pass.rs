//! What is right compiles.

use netlink::flags;

#[flags(u32)]
pub enum Options {
    SHINY = 1,
    ROUND = 1 << 31,
    BOTH = 1 | 1 << 31,
}
