//! A key that resembles none.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1, wavelength = 3)]
    pub teeth: Option<u32>,
    pub unknown: Unknown,
}

fn main() {}
