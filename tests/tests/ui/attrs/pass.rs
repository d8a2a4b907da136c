//! What is right compiles.

use netlink::wire::{Be, Chars, Index, InetAddr, Items, NlString, Packed, Unknown, Wire};
use netlink::{Attrs, Kind};

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Spring {
    #[nl(case = 2)]
    Coil(u32),
    #[nl(other)]
    Other(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
#[nl(short_header = 1, provide = family, pads(40, 41))]
pub struct Widget {
    pub family: u8,
    #[nl(pad = 1, as = Be)]
    pub port: u16,
    #[nl(by = family)]
    pub address: InetAddr,
    #[nl(as = Chars<16>)]
    pub label: NlString,
    #[nl(attr = 1, max = 7)]
    pub name: Option<NlString>,
    #[nl(attr = 2, read)]
    pub made: Option<u64>,
    #[nl(attr = 2, write, range(0, 4094))]
    pub make: Option<u16>,
    #[nl(attr = 3, by = family)]
    pub spring: Option<Spring>,
    #[nl(attr = 4, by = inherited, nested = true)]
    pub other_spring: Option<Spring>,
    #[nl(attr = 5, flag)]
    pub quiet: bool,
    #[nl(attr = 6, repeat)]
    pub notes: Vec<NlString>,
    #[nl(attr = 7, as = Packed<Be>)]
    pub ports: Option<Vec<u16>>,
    #[nl(attr = 8, as = Index<1>)]
    pub tags: Option<Vec<NlString>>,
    #[nl(attr = 9, as = Items<3>, byteorder)]
    pub items: Option<Vec<u32>>,
    #[nl(key = 10, data = 11, key_as = Wire<u32>)]
    pub tagged: Option<Tagged>,
    pub unknown: Unknown,
}

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = int)]
pub enum Tagged {
    #[nl(case = 1)]
    Inner(Option<Box<Widget>>),
    #[nl(case = 2)]
    Nothing,
    #[nl(other)]
    Other { kind: u32, data: Option<Vec<u8>> },
}
