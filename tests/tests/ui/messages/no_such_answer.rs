//! An answer that does not exist.

use netlink::Messages;

#[derive(Clone, Debug, PartialEq, Messages)]
#[nl(protocol = 31)]
pub enum WidgetMessage {
    #[nl(id = 18, reply = one, answer = 17)]
    Get(u32),
    #[nl(other)]
    Other {
        kind: u16,
        body: Vec<u8>,
    },
}

fn main() {}
