//! Messages in a datagram: [`messages`], [`Message`].

use crate::generated::core::{MsgFlags, MsgHdr, NLMSG_ALIGNTO};
use crate::wire::{DecodeError, DecodeProblem, Layout, align_up};

/// Bytes of a message header.
pub(super) const HEADER: usize = <MsgHdr as Layout>::SIZE;

/// Rounds a length up to the alignment of messages.
pub(super) const fn message_align(len: usize) -> usize {
    align_up(len, NLMSG_ALIGNTO as usize)
}

/// One received message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'d> {
    header: MsgHdr,
    body: &'d [u8],
}

impl<'d> Message<'d> {
    /// The message type.
    #[inline]
    pub fn kind(&self) -> u16 {
        self.header.kind
    }

    /// The flags of the header.
    #[inline]
    pub fn flags(&self) -> MsgFlags {
        self.header.flags
    }

    /// The sequence number, which an answer repeats from its request.
    #[inline]
    pub fn sequence(&self) -> u32 {
        self.header.seq
    }

    /// The port id in the header: to whom an answer goes. Anybody can write anything here; only the
    /// sender's address that the socket reports is to be trusted.
    #[inline]
    pub fn port(&self) -> u32 {
        self.header.port
    }

    /// What follows the header.
    #[inline]
    pub fn body(&self) -> &'d [u8] {
        self.body
    }
}

/// The messages in a datagram, in order; see [`messages`].
#[derive(Clone, Debug)]
pub struct Messages<'d> {
    rest: &'d [u8],
    offset: usize,
}

/// Takes a datagram apart.
///
/// The last message may lack its padding: several subsystems send such datagrams. After an error the
/// iterator ends, since nothing tells where the next message would start.
pub fn messages(datagram: &[u8]) -> Messages<'_> {
    Messages {
        rest: datagram,
        offset: 0,
    }
}

impl<'d> Messages<'d> {
    #[cold]
    fn malformed(&mut self, problem: DecodeProblem) -> DecodeError {
        self.rest = &[];
        DecodeError::new(problem).shifted(self.offset)
    }
}

impl<'d> Iterator for Messages<'d> {
    type Item = Result<Message<'d>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let have = self.rest.len();
        // Less than a unit of alignment can only be padding.
        if have < NLMSG_ALIGNTO as usize {
            return None;
        }
        if have < HEADER {
            return Some(Err(
                self.malformed(DecodeProblem::Short { need: HEADER, have })
            ));
        }
        let header = MsgHdr::read(self.rest);
        let stated = usize::try_from(header.len).unwrap_or(usize::MAX);
        let Some(body) = self.rest.get(HEADER..stated) else {
            return Some(Err(
                self.malformed(DecodeProblem::BadLength { stated, left: have })
            ));
        };
        let step = message_align(stated);
        self.rest = self.rest.get(step..).unwrap_or_default();
        self.offset += step;
        Some(Ok(Message { header, body }))
    }
}
