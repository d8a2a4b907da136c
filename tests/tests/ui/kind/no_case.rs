//! A variant that nothing selects.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(Option<u32>),
    Leaf,
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
