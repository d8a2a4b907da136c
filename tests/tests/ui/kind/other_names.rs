//! The variant for the unknown has two named fields.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil")]
    Coil(Option<u32>),
    #[nl(other)]
    Other {
        name: NlString,
        bytes: Option<Vec<u8>>,
    },
}

fn main() {}
