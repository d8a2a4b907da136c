//! Two places for one thing.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 1)]
    Coil(u32),
    #[nl(other)]
    Other(Vec<u8>),
    #[nl(other)]
    Rest(Vec<u8>),
}

fn main() {}
