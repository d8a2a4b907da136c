//! Message types and what answers them: [`MessageType`], [`Reply`], [`Messages`].

use super::context::{Cx, Direction};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError};
use super::schema::Shape;

/// What the kernel sends back on a request that is not a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// An acknowledgement, if asked for.
    Ack,
    /// Exactly one message; no acknowledgement need be asked for.
    One,
    /// One message or none; only an acknowledgement tells the end.
    Optional,
    /// Several messages; only an acknowledgement tells the end.
    Many,
}

/// A message of one protocol: its number, its name, and what answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageType {
    /// The netlink protocol (`NETLINK_ROUTE`, …).
    pub protocol: u16,
    /// `nlmsg_type`.
    pub id: u16,
    /// The C name.
    pub name: &'static str,
    /// What answers a request of this type.
    pub reply: Reply,
    /// The type of the messages that answer.
    pub answer: Option<u16>,
    /// Whether `NLM_F_DUMP` is understood.
    pub dump: bool,
    /// The only side that sends it, where the number means something else the other way.
    pub direction: Option<Direction>,
    /// Name and version of the generic netlink family whose command this is; its body follows `struct genlmsghdr`.
    pub family: Option<(&'static str, u8)>,
}

impl MessageType {
    /// A message type; what the `Messages` derive calls.
    pub const fn new(
        protocol: u16,
        id: u16,
        name: &'static str,
        reply: Reply,
        answer: Option<u16>,
        dump: bool,
    ) -> Self {
        MessageType {
            protocol,
            id,
            name,
            reply,
            answer,
            dump,
            direction: None,
            family: None,
        }
    }

    /// The same message, sent by one side only.
    #[must_use]
    pub const fn only(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// The same message as a command of a generic netlink family.
    #[must_use]
    pub const fn genl(mut self, name: &'static str, version: u8) -> Self {
        self.family = Some((name, version));
        self
    }
}

/// All messages of one protocol; derived by `Messages`.
pub trait Messages: Sized {
    /// Every message type with the shape of its body.
    const TYPES: &'static [(MessageType, Option<Shape>)];

    /// Decodes a message body by its type.
    ///
    /// # Errors
    /// Says what is malformed, and where.
    fn decode(kind: u16, body: &[u8], cx: Cx<'_>) -> Result<Self, DecodeError>;

    /// The message's type.
    fn kind(&self) -> u16;

    /// Appends the body.
    ///
    /// # Errors
    /// Says what the kernel could not take.
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// The body in a buffer of its own, lossless.
    ///
    /// # Errors
    /// As [`Messages::encode`].
    fn to_vec(&self, direction: Direction) -> Result<Vec<u8>, EncodeError> {
        let mut body = Vec::new();
        self.encode(&mut Encoder::lossless(&mut body, direction))?;
        Ok(body)
    }
}
