//! A struct has no messages.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub struct WidgetMessage {
    pub new: u32,
}

fn main() {}
