//! What is right compiles.

use netlink::Kind;
use netlink::wire::{NlString, Packed};

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Named {
    #[nl(case = "coil")]
    Coil(Option<Box<u32>>),
    #[nl(case = "leaf")]
    Leaf,
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Numbered {
    #[nl(case = 2)]
    Coil(std::net::Ipv4Addr),
    #[nl(case = 28, as = Packed)]
    Labels(Vec<u32>),
    #[nl(default)]
    Default(u16),
    #[nl(other)]
    Other(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Inside {
    #[nl(case = 2)]
    Coil(u16),
    #[nl(other)]
    Other([u8; 2]),
}
