//! A reply that does not exist.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    #[nl(id = 16, reply = two)]
    New(u32),
    #[nl(other)]
    Other {
        kind: u16,
        body: Vec<u8>,
    },
}

fn main() {}
