//! A generic struct.

use netlink::Layout;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget<T> {
    pub flags: T,
}

fn main() {}
