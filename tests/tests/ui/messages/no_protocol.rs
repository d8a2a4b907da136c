//! Messages of no protocol.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
pub enum WidgetMessage {
    #[nl(id = 16)]
    New(u32),
    #[nl(other)]
    Other {
        kind: u16,
        body: Vec<u8>,
    },
}

fn main() {}
