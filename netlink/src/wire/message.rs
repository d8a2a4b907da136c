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
    /// Whether this is the request for a dump, where that carries something else than the message of the same number.
    pub dump_only: bool,
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
            dump_only: false,
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

    /// The request for a dump under the same number.
    #[must_use]
    pub const fn dump_only(mut self) -> Self {
        self.dump_only = true;
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
    const TYPES: &'static [(&'static MessageType, Option<Shape>)];

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

/// All that is known of the messages of one protocol, without their types: for programs that read any of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Family {
    /// Its name in the specs.
    pub name: &'static str,
    /// Every message type with the shape of its body.
    pub types: &'static [(&'static MessageType, Option<Shape>)],
    /// Decodes a body and hands what it came to.
    visit: fn(u16, &[u8], Cx<'_>, &mut Visitor<'_>) -> Result<(), DecodeError>,
}

/// What [`Family::visit`] is handed: the decoded message.
pub type Visitor<'v> = dyn FnMut(&dyn AnyMessage) + 'v;

/// A decoded message of any protocol.
pub trait AnyMessage: std::fmt::Debug {
    /// Its type.
    fn message_type(&self) -> u16;

    /// Appends the body.
    ///
    /// # Errors
    /// Says what the kernel could not take.
    fn encode_body(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError>;
}

impl<M: Messages + std::fmt::Debug> AnyMessage for M {
    fn message_type(&self) -> u16 {
        self.kind()
    }

    fn encode_body(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        self.encode(out)
    }
}

impl Family {
    /// The messages of `M`.
    pub const fn of<M: Messages + std::fmt::Debug>(name: &'static str) -> Self {
        Family {
            name,
            types: M::TYPES,
            visit: |kind, body, cx, visitor| {
                visitor(&M::decode(kind, body, cx)?);
                Ok(())
            },
        }
    }

    /// The message type of a number, in a direction, and for a dump, where there are several.
    pub fn message_type(
        &self,
        id: u16,
        cx: Cx<'_>,
    ) -> Option<&'static (&'static MessageType, Option<Shape>)> {
        let mut all = self.types.iter();
        all.find(|(kind, _)| {
            kind.id == id
                && kind.direction.is_none_or(|only| only == cx.direction())
                && (!kind.dump_only || cx.is_dump())
        })
    }

    /// Decodes a body and hands it to `visitor`.
    ///
    /// # Errors
    /// Says what is malformed, and where.
    pub fn visit(
        &self,
        kind: u16,
        body: &[u8],
        cx: Cx<'_>,
        visitor: &mut Visitor<'_>,
    ) -> Result<(), DecodeError> {
        (self.visit)(kind, body, cx, visitor)
    }
}
