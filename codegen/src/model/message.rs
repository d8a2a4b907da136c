//! Protocols, their messages and groups, and ioctl requests.

use super::{Direction, Meta, Named};

/// A netlink protocol: what a socket is opened for.
#[derive(Clone, Debug)]
pub struct NetlinkProtocol {
    /// Names and documentation; the name is that of the Rust constant.
    pub meta: Meta,
    /// Its number; 0 for a generic netlink family without a fixed one.
    pub id: u16,
    /// What makes it a family of generic netlink.
    pub genl: Option<Genl>,
}

/// What a generic netlink family is known by.
#[derive(Clone, Debug)]
pub struct Genl {
    /// The name by which the kernel finds its number.
    pub name: String,
    /// Version of its messages.
    pub version: u8,
    /// Name of the version in C.
    pub version_c: Option<String>,
}

/// A protocol with messages.
#[derive(Clone, Debug)]
pub struct Family {
    /// Name in the specs.
    pub name: String,
    /// Number of the protocol.
    pub protocol: u16,
    /// What makes it a family of generic netlink.
    pub genl: Option<Genl>,
    /// Whether the high byte of a message type is a subsystem, so that C names the low byte only.
    pub subsystems: bool,
    /// Name of the protocol in C.
    pub c: String,
    /// Documentation of the protocol.
    pub doc: String,
    /// Its messages, sorted by id.
    pub messages: Vec<Message>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Names and documentation; the name is that of the Rust variant.
    pub meta: Meta,
    /// Its number.
    pub id: u16,
    /// Module whose spec has it.
    pub module: Vec<String>,
    /// What it carries.
    pub body: Option<Named>,
    /// What a request for a dump carries, where that is not the body.
    pub dump_body: Option<Named>,
    /// What the kernel answers.
    pub reply: Reply,
    /// Number of the message that carries the answer or the items of a dump.
    pub answer: Option<u16>,
    /// Whether it can ask for a dump.
    pub dump: bool,
    /// Who sends it: where only one side does, the number may mean another message the other way.
    pub direction: Direction,
}

/// What the kernel answers to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An acknowledgement only.
    Ack,
    /// Exactly one message.
    One,
    /// No message or one.
    Optional,
    /// Several messages.
    Many,
}

/// A multicast group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Names and documentation; the name is that of the Rust constant.
    pub meta: Meta,
    /// Number, for groups that have one.
    pub id: Option<u32>,
    /// Name by which the kernel finds its number.
    pub name: Option<String>,
}

/// An ioctl request.
#[derive(Clone, Debug)]
pub struct Ioctl {
    /// Names and documentation; the name is that of the Rust constant.
    pub meta: Meta,
    /// Request code.
    pub code: u32,
    /// What the argument points at.
    pub body: Option<Named>,
}

impl Reply {
    /// The word the spec uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::One => "one",
            Self::Optional => "optional",
            Self::Many => "many",
        }
    }
}
