//! A selector that does not exist.

use netlink::Layout;
use netlink::wire::InetAddr;

#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Widget {
    pub family: u16,
    #[nl(by = famly)]
    pub address: InetAddr,
}

fn main() {}
