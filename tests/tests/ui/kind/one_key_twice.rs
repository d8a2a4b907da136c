//! Two cases with one selector.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(Option<u32>),
    #[nl(case = "coil")]
    Leaf,
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
