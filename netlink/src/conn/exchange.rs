//! One request and all that comes back: [`Exchange`].

use super::message::{HEADER, Message, message_align};
use crate::error::Errno;
use crate::generated::core::{ControlType, ErrHdr, MsgFlags, MsgHdr, NLMSG_MIN_TYPE};
use crate::wire::{DecodeError, Layout};

/// What ends an exchange; a refusal ends every one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The acknowledgement; any number of objects may come first.
    Ack,
    /// One object, of the message type if one is known.
    Object(Option<u16>),
    /// The message that ends a dump.
    Done,
}

/// A request in flight, as far as the protocol is concerned.
#[derive(Clone, Debug)]
pub struct Exchange {
    sequence: u32,
    port: u32,
    until: Until,
    interrupted: bool,
}

/// What one message means to an [`Exchange`].
#[derive(Clone, Debug)]
pub enum Step<'d> {
    /// An object; more messages follow.
    Object(Message<'d>),
    /// The object that was asked for: the exchange is over.
    Last(Message<'d>),
    /// The exchange is over.
    End(End<'d>),
    /// A message that is not for this exchange: an answer to one given up earlier, or a notification.
    Foreign(Message<'d>),
    /// Messages were lost.
    Overrun,
    /// A control message too short to say what it has to.
    Malformed(DecodeError),
    /// A message without content.
    Nothing,
}

/// What kind of step a message is: what [`Exchange::take`] decides first. It holds no message, which in a loop over a dump
/// would be copied for each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// [`Step::Object`].
    Object,
    /// [`Step::Last`].
    Last,
    /// [`Step::Foreign`].
    Foreign,
    /// A control message, of which [`control`] says the step.
    Control,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'d> {
    /// The errno of a refusal.
    pub errno: Option<Errno>,
    /// The attributes of the extended acknowledgement: why it was refused, or a warning.
    pub explanation: &'d [u8],
}

impl Exchange {
    /// The exchange of a request with this sequence number, sent from this port id.
    pub fn new(sequence: u32, port: u32, until: Until) -> Self {
        Self {
            sequence,
            port,
            until,
            interrupted: false,
        }
    }

    /// Whether a part of the dump said that what it shows changed meanwhile (`NLM_F_DUMP_INTR`).
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// The sequence number.
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Takes the next message of a datagram **that the kernel sent**: `sender` is the port id the
    /// socket reports for it, and from anybody but the kernel (0) everything is foreign.
    pub fn take<'d>(&mut self, sender: u32, message: Message<'d>) -> Step<'d> {
        match self.part(sender, &message) {
            Part::Object => Step::Object(message),
            Part::Last => Step::Last(message),
            Part::Foreign => Step::Foreign(message),
            Part::Control => control(message),
        }
    }

    /// The same without the message.
    #[inline]
    pub(crate) fn part(&mut self, sender: u32, message: &Message<'_>) -> Part {
        // Some subsystems leave the port id out; the sequence number decides.
        let for_this_port = message.port() == self.port || message.port() == 0;
        if sender != 0 || message.sequence() != self.sequence || !for_this_port {
            return Part::Foreign;
        }
        if message.flags().contains(MsgFlags::DUMP_INTR) {
            self.interrupted = true;
        }
        if message.kind() < NLMSG_MIN_TYPE {
            return Part::Control;
        }
        match self.until {
            Until::Object(kind) if is_answer(kind, message) => Part::Last,
            _ => Part::Object,
        }
    }
}

/// Whether it is the one object that was asked for.
#[inline]
fn is_answer(kind: Option<u16>, message: &Message<'_>) -> bool {
    let part = message.flags().contains(MsgFlags::MULTI);
    !part && kind.is_none_or(|kind| kind == message.kind())
}

/// Bytes of the errno in `NLMSG_ERROR` and `NLMSG_DONE`.
const STATUS: usize = <i32 as Layout>::SIZE;

/// Whether it is what most changes are answered with: an acknowledgement with nothing to say.
#[inline]
pub(crate) fn is_plain_success(message: &Message<'_>) -> bool {
    ControlType(message.kind()) == ControlType::ERROR
        && !message.flags().contains(MsgFlags::ACK_TLVS)
        && message.body().first_chunk() == Some(&[0; STATUS])
}

/// What a control message means.
#[cold]
pub(crate) fn control(message: Message<'_>) -> Step<'_> {
    match ControlType(message.kind()) {
        // Without its errno an error would read as success.
        ControlType::ERROR if message.body().len() < STATUS => {
            Step::Malformed(DecodeError::short(STATUS, message.body().len()))
        }
        ControlType::ERROR => Step::End(error(message)),
        ControlType::DONE => Step::End(done(message)),
        ControlType::OVERRUN => Step::Overrun,
        // NLMSG_NOOP, and what is not defined yet.
        _ => Step::Nothing,
    }
}

/// `NLMSG_ERROR`: the errno, the header of the request, its body unless capped, then attributes.
fn error<'d>(message: Message<'d>) -> End<'d> {
    let body = message.body();
    let header = ErrHdr::read(body);
    let mut at = <ErrHdr as Layout>::SIZE;
    // CAPPED and ACK_TLVS are flags of the *answer*. The header it repeats has flags of its own,
    // and the same bits mean REPLACE and EXCL there.
    if header.error != 0 && !message.flags().contains(MsgFlags::CAPPED) {
        let request = usize::try_from(header.request.len).unwrap_or(usize::MAX);
        at = at.saturating_add(request.saturating_sub(HEADER));
    }
    End {
        errno: errno(header.error),
        explanation: explanation(message, at),
    }
}

/// `NLMSG_DONE`: usually an errno, then attributes. Some families send it bare.
fn done(message: Message<'_>) -> End<'_> {
    let status = <i32 as Layout>::read(message.body());
    End {
        errno: errno(status),
        explanation: explanation(message, STATUS),
    }
}

/// The attributes of an extended acknowledgement, which start at the next aligned byte.
fn explanation(message: Message<'_>, at: usize) -> &[u8] {
    if !message.flags().contains(MsgFlags::ACK_TLVS) {
        return &[];
    }
    let at = at.min(message.body().len());
    message.body().get(message_align(at)..).unwrap_or_default()
}

/// The kernel sends errno values negated; a positive one would be a count and no error.
fn errno(status: i32) -> Option<Errno> {
    (status < 0).then(|| Errno(status.saturating_neg()))
}

// The header inside an error is the one in front of every message.
const _: () = assert!(<ErrHdr as Layout>::SIZE == <MsgHdr as Layout>::SIZE + STATUS);
