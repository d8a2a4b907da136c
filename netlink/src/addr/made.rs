//! Adding an address and reading what came of it: [`AddGetAddress`].

use crate::conn::{Message, Request};
use crate::error::{Error, Result};
use crate::exec::{Next, Procedure};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::addr::Address;
use crate::wire::{Cx, DecodeError, Value};

/// The steps of [`Addrs::add_get`](super::Addrs::add_get): add with echo, and read where there is
/// none, which is so for IPv6.
#[derive(Debug)]
pub struct AddGetAddress {
    add: Option<(Vec<u8>, Request)>,
    refused: Option<Error>,
    wanted: Address,
    made: Option<Address>,
}

impl AddGetAddress {
    pub(super) fn new(address: &Address) -> Self {
        let flags = MsgFlags::CREATE | MsgFlags::EXCL | MsgFlags::ECHO;
        let mut buf = Vec::new();
        let body = address.complete();
        let encoded = Request::encode(&mut buf, RouteMessage::NEW_ADDR, flags, &*body);
        let (add, refused) = match encoded {
            Ok(request) => (Some((buf, request)), None),
            Err(error) => (None, Some(error)),
        };
        let mut wanted = Address::default().family(body.family).index(body.index);
        wanted.address = body.ip();
        Self {
            add,
            refused,
            wanted,
            made: None,
        }
    }
}

impl Procedure for AddGetAddress {
    type Output = Address;

    fn next(&mut self, buf: &mut Vec<u8>) -> Result<Next<Address>> {
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        if let Some((bytes, request)) = self.add.take() {
            let request = request.moved_to(buf.len());
            buf.extend_from_slice(&bytes);
            return Ok(Next::Send(request));
        }
        if let Some(address) = self.made.take() {
            return Ok(Next::Done(address));
        }
        let (message, flags) = (RouteMessage::GET_ADDR, MsgFlags::empty());
        Ok(Next::Send(Request::encode(
            buf,
            message,
            flags,
            &self.wanted,
        )?))
    }

    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError> {
        if message.kind() == RouteMessage::NEW_ADDR.id {
            self.made = Some(Address::decode(message.body(), Cx::from_kernel())?);
        }
        Ok(())
    }
}
