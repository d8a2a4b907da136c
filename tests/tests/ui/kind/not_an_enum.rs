//! A struct has no cases.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub struct Spring {
    pub coil: u32,
}

fn main() {}
