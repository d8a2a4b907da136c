//! A number where another string stands in for the selector.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring {
    #[nl(case = "coil", or = 3)]
    Coil(Option<u32>),
    #[nl(other)]
    Other { kind: NlString, data: Option<Vec<u8>> },
}

fn main() {}
