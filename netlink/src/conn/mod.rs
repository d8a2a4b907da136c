//! The protocol engine: messages in and out of datagrams, sequence numbers, what ends an exchange.
//!
//! Nothing here does I/O, and nothing waits: an executor sends the bytes of a [`Request`], feeds the
//! datagrams that come back through [`messages`] into an [`Exchange`], and learns from each [`Step`]
//! what to hand on and whether more will come. So every rule of the protocol is stated once, for
//! blocking, asynchronous and batched use, and each is tested by a transcript of bytes.
//!
//! Most programs never meet this module; it is public for those who bring their own executor.

mod exchange;
mod message;
mod request;
mod sequence;

#[cfg(test)]
mod transcripts;

pub use exchange::{End, Exchange, Step, Until};
pub(crate) use exchange::{Part, control, is_plain_success};
pub(crate) use message::messages_from;
pub use message::{Message, Messages, messages};
pub use request::Request;
pub use sequence::Sequence;
