//! A message with two bodies.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    #[nl(id = 16)]
    New(u32, u32),
    #[nl(other)]
    Other {
        kind: u16,
        body: Vec<u8>,
    },
}

fn main() {}
