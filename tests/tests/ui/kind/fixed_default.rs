//! A union in a struct keeps bytes.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Spring {
    #[nl(default)]
    Coil(u32),
    #[nl(other)]
    Other([u8; 4]),
}

fn main() {}
