//! What is right compiles.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    #[nl(id = 16)]
    New(Box<u32>),
    #[nl(id = 18, reply = one, answer = 16, dump)]
    Get(u32),
    #[nl(id = 19)]
    Flush,
    #[nl(other)]
    Other { kind: u16, body: Vec<u8> },
}
