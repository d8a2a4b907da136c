//! A message without a number.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    New(u32),
    #[nl(other)]
    Other {
        kind: u16,
        body: Vec<u8>,
    },
}

fn main() {}
