//! From datagrams to notices, without waiting: [`Reader`].

use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;

use super::{Event, Groups, Notice};
use crate::conn::{Message, messages};
use crate::error::{Error, Result};
use crate::generated::core::{ControlType, MsgFlags, NLMSG_MIN_TYPE};
use crate::generated::route::RouteMessage;
use crate::list::Undecodable;
use crate::transport::{Received, Transport};

/// A notification is a page or less; an interface with hundreds of virtual functions is more.
const ROOM: usize = 256 * 1024;

/// A socket that hears, its buffer, and what it heard and nobody took yet.
#[derive(Debug)]
pub(crate) struct Reader {
    transport: Box<dyn Transport>,
    buffer: Vec<u8>,
    heard: VecDeque<Notice>,
    protocol: u16,
}

impl Reader {
    pub(crate) fn new(transport: Box<dyn Transport>, groups: &Groups) -> Self {
        Self {
            transport,
            // Zeroed by the allocator, so that pages appear only when the kernel writes to them.
            buffer: vec![0; ROOM],
            heard: VecDeque::new(),
            protocol: groups.options().protocol,
        }
    }

    /// The next notice, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Notice>> {
        loop {
            if let Some(notice) = self.heard.pop_front() {
                return Ok(Some(notice));
            }
            if !self.receive()? {
                return Ok(None);
            }
        }
    }

    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.transport.fd()
    }

    pub(crate) fn receive_buffer(&self) -> usize {
        self.transport.buffers().receive
    }

    /// Takes one datagram; false if there is none.
    fn receive(&mut self) -> Result<bool> {
        let received = match self.transport.receive(&mut self.buffer) {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.raw_os_error().is_some_and(crate::sys::is::overrun) => {
                self.heard.push_back(overrun());
                return Ok(true);
            }
            Err(error) => return Err(Error::io("cannot receive notifications", error)),
        };
        // Any process may send to our port; only the kernel is listened to.
        if received.sender != 0 {
            return Ok(true);
        }
        if received.is_truncated() {
            self.heard.push_back(overrun());
            return Ok(true);
        }
        let datagram = self.buffer.get(..received.len).unwrap_or_default();
        for message in messages(datagram) {
            match message {
                Ok(message) => self
                    .heard
                    .extend(notice(self.protocol, &received, &message)),
                Err(error) => {
                    let (kind, raw) = (0, datagram.to_vec());
                    let event = Event::Undecodable(Undecodable { kind, raw, error });
                    self.heard.push_back(Notice {
                        nsid: received.nsid,
                        event,
                        ..overrun()
                    });
                }
            }
        }
        Ok(true)
    }
}

fn notice(protocol: u16, received: &Received, message: &Message<'_>) -> Option<Notice> {
    let (kind, body) = (message.kind(), message.body());
    let event = match ControlType(kind) {
        ControlType::OVERRUN => Event::Overrun,
        _ if kind < NLMSG_MIN_TYPE => return None,
        _ if protocol == RouteMessage::GET_LINK.protocol => Event::of_route(kind, body)
            .unwrap_or_else(|error| {
                let raw = body.to_vec();
                Event::Undecodable(Undecodable { kind, raw, error })
            }),
        _ => Event::Other {
            kind,
            raw: body.to_vec(),
        },
    };
    Some(Notice {
        event,
        nsid: received.nsid,
        flags: message.flags(),
        port: message.port(),
        sequence: message.sequence(),
    })
}

fn overrun() -> Notice {
    Notice {
        event: Event::Overrun,
        nsid: None,
        flags: MsgFlags::empty(),
        port: 0,
        sequence: 0,
    }
}
