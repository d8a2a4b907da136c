//! A union that nothing selects.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(Option<u32>),
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
