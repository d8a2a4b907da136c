//! A bitfield has no other form.

use netlink::Layout;
use netlink::wire::Be;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    #[nl(bits = 4, as = Be)]
    pub low: u16,
}

fn main() {}
