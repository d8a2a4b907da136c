//! A case with two values.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(u32, u32),
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
