//! Generic messages.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage<T> {
    #[nl(id = 16)]
    New(T),
    #[nl(other)]
    Other {
        kind: u16,
        body: Vec<u8>,
    },
}

fn main() {}
