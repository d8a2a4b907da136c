//! A union that would lose what it does not know.

use netlink::Kind;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(Option<u32>),
}

fn main() {}
