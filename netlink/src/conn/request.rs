//! A request in its buffer: [`Request`].

use std::io;
use std::sync::Arc;

use super::exchange::Until;
use super::message::{HEADER, message_align};
use crate::error::{Errno, Error, Kind, Missing, Refusal, Result};
use crate::generated::core::{ExtAck, MsgFlags, MsgHdr};
use crate::wire::schema;
use crate::wire::{
    Cx, DecodeError, EncodeError, EncodeProblem, Encoder, Layout, MessageType, Reply, Shape, Value,
};

/// A request that stands encoded in a buffer: where it starts, what it is, what ends its exchange.
///
/// The buffer stays with whoever sends it until the exchange is over. Acknowledgements repeat only
/// the header of a refused request, so the bytes kept here are what turns the offset in an extended
/// acknowledgement into the name of an attribute.
#[derive(Clone, Debug)]
pub struct Request {
    start: usize,
    message: &'static MessageType,
    shape: Option<&'static Shape>,
    /// Those asked for.
    flags: MsgFlags,
}

impl Request {
    /// Appends a request message to `buf`.
    ///
    /// `NLM_F_REQUEST` is set always, and `NLM_F_ACK` wherever only an acknowledgement tells that
    /// the exchange is over: where an object is sure to come it would cost a system call more.
    ///
    /// # Errors
    /// A value that cannot be encoded; `buf` is then as it was.
    pub fn encode<B: Value>(
        buf: &mut Vec<u8>,
        message: &'static MessageType,
        flags: MsgFlags,
        body: &B,
    ) -> Result<Self> {
        let fill = |out: &mut Encoder<'_>| body.encode(out);
        Self::encode_with(buf, message, flags, Some(const { &B::SHAPE }), fill)
    }

    /// Appends a request message whose body `fill` writes; `shape` says what it is, for errors.
    ///
    /// # Errors
    /// Those of `fill`; `buf` is then as it was.
    pub fn encode_with(
        buf: &mut Vec<u8>,
        message: &'static MessageType,
        flags: MsgFlags,
        shape: Option<&'static Shape>,
        fill: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>,
    ) -> Result<Self> {
        let start = buf.len();
        let request = Self {
            start,
            message,
            shape,
            flags,
        };
        let ack = match request.until() {
            Until::Ack => MsgFlags::ACK,
            Until::Object(_) | Until::Done => MsgFlags::empty(),
        };
        match write(buf, message.id, flags | MsgFlags::REQUEST | ack, fill) {
            Ok(()) => Ok(request),
            Err(source) => Err(unwritten(buf, start, message.name, source)),
        }
    }

    fn change_header(&self, buf: &mut [u8], change: impl FnOnce(&mut MsgHdr)) -> Result<()> {
        change_header(buf, self.start, change).map_err(|source| {
            Kind::Encode {
                operation: self.message.name,
                source,
            }
            .into()
        })
    }

    /// Writes the sequence number and the sender's port id into the header; the last thing before
    /// the bytes go out.
    ///
    /// # Errors
    /// None in practice: the header was written before.
    pub fn stamp(&self, buf: &mut [u8], sequence: u32, port: u32) -> Result<()> {
        self.change_header(buf, |header| {
            header.seq = sequence;
            header.port = port;
        })
    }

    /// The same, and asks for an acknowledgement, or does not, whatever was said before.
    ///
    /// # Errors
    /// None in practice: the header was written before.
    pub(crate) fn stamp_with(
        &self,
        buf: &mut [u8],
        sequence: u32,
        port: u32,
        ack: bool,
    ) -> Result<()> {
        self.change_header(buf, |header| {
            header.seq = sequence;
            header.port = port;
            header.flags.set(MsgFlags::ACK, ack);
        })
    }

    /// Where it starts in its buffer.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Whether an acknowledgement, or a refusal, is all that can come back.
    pub(crate) fn is_silent(&self) -> bool {
        self.until() == Until::Ack
            && self.message.reply == Reply::Ack
            && !self.flags.contains(MsgFlags::ECHO)
    }

    /// Whether sending it twice is the same as sending it once: a question, not a change.
    pub(crate) fn is_repeatable(&self) -> bool {
        // What can be dumped is asked for; messages that change something cannot.
        self.message.dump
    }

    /// The same request in a buffer where it starts at `start`.
    #[must_use]
    pub fn moved_to(self, start: usize) -> Self {
        Self { start, ..self }
    }

    /// The message type.
    pub fn message(&self) -> &'static MessageType {
        self.message
    }

    /// The name of the message type, by which errors call the operation.
    pub fn operation(&self) -> &'static str {
        self.message.name
    }

    /// The netlink protocol it belongs to.
    pub fn protocol(&self) -> u16 {
        self.message.protocol
    }

    /// What ends the exchange.
    #[inline]
    pub fn until(&self) -> Until {
        if self.message.dump && self.flags.contains(MsgFlags::DUMP) {
            return Until::Done;
        }
        match self.message.reply {
            Reply::One => Until::Object(self.message.answer),
            Reply::Ack | Reply::Optional | Reply::Many => Until::Ack,
        }
    }

    /// The error that a negative outcome amounts to. `buf` is the buffer with the request, and
    /// `explanation` the attributes of the extended acknowledgement.
    #[cold]
    pub fn refusal(&self, buf: &[u8], errno: Errno, explanation: &[u8]) -> Error {
        let mut refusal = Refusal::new(self.message.name, errno);
        // An explanation that makes no sense must not hide the errno.
        if let Ok(ack) = ExtAck::decode(explanation, Cx::from_kernel()) {
            refusal.message = ack.msg.as_ref().map(|text| text.to_string());
            refusal.attribute = ack.offs.map(|offset| self.attribute_at(buf, offset));
            refusal.missing = ack.miss_type.map(|id| self.missing(buf, id, ack.miss_nest));
            refusal.policy = ack.policy;
        }
        Kind::Refused(refusal).into()
    }

    /// What the kernel has to say about a request that it carried out.
    pub fn warning(&self, explanation: &[u8]) -> Option<String> {
        if explanation.is_empty() {
            return None;
        }
        let ack = ExtAck::decode(explanation, Cx::from_kernel()).ok()?;
        ack.msg.map(|text| text.to_string())
    }

    /// The error that a malformed answer amounts to.
    #[cold]
    pub fn malformed(&self, source: DecodeError) -> Error {
        Kind::Decode {
            operation: self.message.name,
            source,
        }
        .into()
    }

    /// The error for an exchange that ended without the object it owes.
    #[cold]
    pub fn no_object(&self) -> Error {
        Error::no_object(self.message.name)
    }

    /// The error for a request that the socket did not take.
    #[cold]
    pub(crate) fn unsent(&self, source: io::Error) -> Error {
        self.transport("not sent", false, source)
    }

    /// The error for an answer that the socket did not deliver.
    #[cold]
    pub(crate) fn unreceived(&self, source: io::Error) -> Error {
        self.transport("no answer", true, source)
    }

    fn transport(&self, what: &'static str, sent: bool, source: io::Error) -> Error {
        Kind::Transport {
            operation: self.message.name,
            what,
            sent,
            source: Arc::new(source),
        }
        .into()
    }

    /// The error for answers that did not fit.
    #[cold]
    pub fn lost(&self, how: &'static str) -> Error {
        Kind::Lost {
            operation: self.message.name,
            how,
        }
        .into()
    }

    /// The error for a deadline that passed, before or after the request was sent.
    #[cold]
    pub fn timeout(&self, sent: bool) -> Error {
        Kind::Timeout {
            operation: self.message.name,
            sent,
        }
        .into()
    }

    /// The way to the attribute at `offset`, which the kernel counts from the message header.
    fn attribute_at(&self, buf: &[u8], offset: u32) -> String {
        match self.path_at(buf, offset) {
            Some(path) => path.join(" > "),
            None => format!("offset {offset} of the request"),
        }
    }

    fn path_at(&self, buf: &[u8], offset: u32) -> Option<Vec<&'static str>> {
        let in_body = usize::try_from(offset).ok()?.checked_sub(HEADER)?;
        schema::path_at(self.shape?, self.body(buf)?, in_body)
    }

    fn body<'b>(&self, buf: &'b [u8]) -> Option<&'b [u8]> {
        let message = buf.get(self.start..)?;
        let len = usize::try_from(MsgHdr::read(message).len).ok()?;
        message.get(HEADER..len)
    }

    fn name_of_missing(&self, buf: &[u8], id: u32, nest: Option<u32>) -> Option<&'static str> {
        let in_body = match nest {
            Some(offset) => Some(usize::try_from(offset).ok()?.checked_sub(HEADER)?),
            None => None,
        };
        let id = u16::try_from(id).ok()?;
        schema::missing_at(self.shape?, self.body(buf)?, in_body, id)
    }

    fn missing(&self, buf: &[u8], id: u32, nest: Option<u32>) -> Missing {
        let name = self.name_of_missing(buf, id, nest);
        Missing {
            attribute: name.map_or_else(|| format!("attribute {id}"), str::to_owned),
            nest: nest.map(|offset| self.attribute_at(buf, offset)),
        }
    }
}

/// Appends a message whose body `fill` writes.
fn write(
    buf: &mut Vec<u8>,
    kind: u16,
    flags: MsgFlags,
    fill: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = buf.len();
    let header = MsgHdr {
        kind,
        flags,
        ..MsgHdr::default()
    };
    let mut raw = [0; HEADER];
    header.write(&mut raw)?;
    buf.extend_from_slice(&raw);
    fill(&mut Encoder::request(buf))?;
    let len = buf.len() - start;
    if message_align(len) != len {
        pad(buf, start + message_align(len));
    }
    let Ok(len) = u32::try_from(len) else {
        return Err(too_long(len));
    };
    change_header(buf, start, |header| header.len = len)
}

// What is seldom is a call of its own, for which nothing need be saved in all other cases.

/// Takes back what was written of a request that cannot be.
#[cold]
#[inline(never)]
fn unwritten(
    buf: &mut Vec<u8>,
    start: usize,
    operation: &'static str,
    source: EncodeError,
) -> Error {
    buf.truncate(start);
    Kind::Encode { operation, source }.into()
}

/// Fills up to a length: attributes are padded, raw bytes at the end of a body need not be.
#[cold]
#[inline(never)]
fn pad(buf: &mut Vec<u8>, len: usize) {
    buf.resize(len, 0);
}

#[cold]
fn too_long(len: usize) -> EncodeError {
    let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
    EncodeError::new(EncodeProblem::TooLong { most, have: len })
}

/// Changes the header of the message that starts at `start`.
#[inline]
fn change_header(
    buf: &mut [u8],
    start: usize,
    change: impl FnOnce(&mut MsgHdr),
) -> Result<(), EncodeError> {
    let slot = buf.get_mut(start..).unwrap_or_default();
    let Some(slot) = slot.first_chunk_mut::<HEADER>() else {
        return Ok(());
    };
    let mut header = MsgHdr::read(slot);
    change(&mut header);
    header.write(slot)
}
