//! A form of nothing.

use netlink::Kind;
use netlink::wire::{NlString, Packed};

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil", as = Packed)]
    Coil,
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
