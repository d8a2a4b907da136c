//! What is right compiles.

use netlink::Layout;
use netlink::wire::{Be, Chars, Growth, InetAddr, NlString};

#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(pad_end = 3)]
pub struct Fixed {
    #[nl(bits = 4)]
    pub low: u8,
    #[nl(bits = 4)]
    pub high: u8,
    #[nl(as = Be)]
    pub port: u16,
    #[nl(pad = 2, as = Chars<16>)]
    pub name: NlString,
    #[nl(by = port)]
    pub address: InetAddr,
    pub last: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Layout)]
#[nl(grows = 4)]
pub struct Counters {
    pub made: u32,
    pub sold: u32,
    pub growth: Growth,
}

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Tails {
    pub flags: u8,
    #[nl(count(keys, u8), count(secret, u16, bits))]
    pub depth: u16,
    #[nl(tail)]
    pub keys: Vec<Fixed>,
    #[nl(tail)]
    pub secret: Vec<u8>,
    #[nl(rest)]
    pub more: Vec<u8>,
}
