//! Creating an interface and reading what came of it: [`AddGetLink`].

use crate::conn::{Message, Request};
use crate::error::{Error, Kind, Result};
use crate::exec::{Next, Procedure};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::link::{Link, LinkFlags, LinkQuery};
use crate::link::LinkRef;
use crate::netns::NetNs;
use crate::wire::{Cx, DecodeError, Value};

/// The steps of [`Links::add_get`](super::Links::add_get): create with echo, and read where there is
/// none (a kernel before 6.2, another namespace) or where it comes too early to tell all.
#[derive(Debug)]
pub struct AddGetLink {
    create: Option<(Vec<u8>, Request)>,
    refused: Option<Error>,
    wanted: LinkRef,
    namespace: Option<Elsewhere>,
    echo_tells_all: bool,
    made: Option<Link>,
}

#[derive(Debug)]
enum Elsewhere {
    File(u32),
    Process(u32),
}

impl AddGetLink {
    pub(super) fn new(link: &Link) -> Self {
        let flags = MsgFlags::CREATE | MsgFlags::EXCL | MsgFlags::ECHO;
        let mut buf = Vec::new();
        let encoded = Request::encode(&mut buf, RouteMessage::NEW_LINK, flags, link);
        let (create, refused) = match encoded {
            Ok(request) => (Some((buf, request)), None),
            Err(error) => (None, Some(error)),
        };
        let process = link.net_ns_pid.map(Elsewhere::Process);
        Self {
            create,
            refused,
            wanted: link.into(),
            namespace: link.net_ns_fd.map(Elsewhere::File).or(process),
            // The kernel echoes the interface before it puts it under its master.
            echo_tells_all: link.master.is_none(),
            made: None,
        }
    }
}

/// Whether a request leaves the name to the kernel: all of it, or a number in it.
fn chosen_by_kernel(wanted: &LinkRef) -> bool {
    match wanted {
        LinkRef::Index(index) => *index == 0,
        LinkRef::Name(name) => name.as_bytes().contains(&b'%'),
    }
}

impl Procedure for AddGetLink {
    type Output = Link;

    fn next(&mut self, buf: &mut Vec<u8>) -> Result<Next<Link>> {
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        if let Some((bytes, request)) = self.create.take() {
            let request = request.moved_to(buf.len());
            buf.extend_from_slice(&bytes);
            return Ok(Next::Send(request));
        }
        if self.echo_tells_all {
            if let Some(link) = self.made.take() {
                return Ok(Next::Done(link));
            }
        }
        // From here on, what answers is the whole object. A name the kernel chose came by echo.
        self.echo_tells_all = true;
        let wanted = match self.made.take() {
            Some(link) => LinkRef::Index(link.index),
            None if chosen_by_kernel(&self.wanted) => {
                return Err(Error::from(Kind::Lost {
                    operation: RouteMessage::NEW_LINK.name,
                    how: "the kernel chose the name and did not tell it",
                }));
            }
            None => self.wanted.clone(),
        };
        let message = RouteMessage::GET_LINK;
        let wanted = LinkQuery::from(wanted);
        let request = Request::encode(buf, message, MsgFlags::empty(), &wanted)?;
        Ok(match self.namespace.take() {
            None => Next::Send(request),
            Some(Elsewhere::Process(pid)) => Next::SendIn(NetNs::of_process(pid)?, request),
            Some(Elsewhere::File(fd)) => {
                Next::SendIn(NetNs::open(format!("/proc/self/fd/{fd}"))?, request)
            }
        })
    }

    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError> {
        if message.kind() == RouteMessage::NEW_LINK.id && self.made.is_none() {
            let mut link = Link::decode(message.body(), Cx::from_kernel())?;
            // A notification says here what changed (everything), which is no property of the link.
            link.change = LinkFlags::empty();
            self.made = Some(link);
        }
        Ok(())
    }
}
