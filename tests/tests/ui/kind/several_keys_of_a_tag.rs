//! Several keys for a case of a union that is its own selector.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 10, also(11))]
    Coil(Option<u32>),
    #[nl(other)]
    Other { kind: u32, data: Option<Vec<u8>> },
}

fn main() {}
