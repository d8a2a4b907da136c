//! A protocol that would lose what it does not know.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    #[nl(id = 16)]
    New(u32),
}

fn main() {}
