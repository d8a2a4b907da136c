//! A generic union.

use netlink::Kind;
use netlink::wire::NlString;

#[derive(Clone, Debug, PartialEq, Kind)]
#[nl(key = str)]
pub enum Spring<T> {
    #[nl(case = "coil")]
    Coil(Option<T>),
    #[nl(other)]
    Other {
        kind: NlString,
        data: Option<Vec<u8>>,
    },
}

fn main() {}
