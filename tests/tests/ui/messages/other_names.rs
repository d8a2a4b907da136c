//! The variant for the unknown has two named fields.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    #[nl(id = 16)]
    New(u32),
    #[nl(other)]
    Other(Vec<u8>),
}

fn main() {}
