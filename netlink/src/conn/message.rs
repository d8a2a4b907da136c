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
    datagram: &'d [u8],
    offset: usize,
}

/// Takes a datagram apart.
///
/// The last message may lack its padding: several subsystems send such datagrams. After an error the
/// iterator ends, since nothing tells where the next message would start.
pub fn messages(datagram: &[u8]) -> Messages<'_> {
    messages_from(datagram, 0)
}

/// The messages from an offset on.
pub(crate) fn messages_from(datagram: &[u8], offset: usize) -> Messages<'_> {
    Messages { datagram, offset }
}

impl<'d> Messages<'d> {
    /// Where the next message starts.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    #[cold]
    fn malformed(&mut self, problem: DecodeProblem) -> DecodeError {
        let at = std::mem::replace(&mut self.offset, self.datagram.len());
        DecodeError::new(problem).shifted(at)
    }
}

impl<'d> Iterator for Messages<'d> {
    type Item = Result<Message<'d>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.datagram.get(self.offset..).unwrap_or_default();
        let have = rest.len();
        // Less than a unit of alignment can only be padding.
        if have < NLMSG_ALIGNTO as usize {
            return None;
        }
        let Some(header) = rest.first_chunk::<HEADER>() else {
            return Some(Err(
                self.malformed(DecodeProblem::Short { need: HEADER, have })
            ));
        };
        let header = MsgHdr::read(header);
        let stated = usize::try_from(header.len).unwrap_or(usize::MAX);
        let Some(body) = rest.get(HEADER..stated) else {
            return Some(Err(
                self.malformed(DecodeProblem::BadLength { stated, left: have })
            ));
        };
        self.offset += message_align(stated);
        Some(Ok(Message { header, body }))
    }
}
