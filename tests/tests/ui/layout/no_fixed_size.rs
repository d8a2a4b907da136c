//! A string has no fixed size.

use netlink::Layout;
use netlink::wire::NlString;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub flags: u32,
    pub name: NlString,
}

fn main() {}
