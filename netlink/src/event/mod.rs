//! What happens to the network, as it happens: [`Subscription`], [`Notice`], [`Event`].
//!
//! ```no_run
//! use netlink::Netlink;
//! use netlink::event::{Change, Event, Groups};
//!
//! let nl = Netlink::new();
//! for notice in nl.subscribe(&Groups::new().links().routes())? {
//!     match notice?.event {
//!         Event::Link(Change::New, link) => println!("{} is there", link.index),
//!         Event::Link(Change::Deleted, link) => println!("{} is gone", link.index),
//!         Event::Overrun => println!("something was lost: look at everything again"),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), netlink::Error>(())
//! ```
//!
//! Events come in the order in which things happened, but not all that happens has one: counters and
//! ages move silently, and IPv4 routes vanish without a word when their interface or address goes.
//! Who wants to know what *is* takes a [`mirror`](crate::mirror).

mod groups;
mod reader;
mod subscription;

pub use groups::Groups;
pub(crate) use reader::Reader;
pub use subscription::Subscription;

use crate::generated::core::MsgFlags;
use crate::generated::route::link::Link;
use crate::generated::route::neigh::Neighbour;
use crate::generated::route::netns::NetNsId;
use crate::generated::route::route::Route;
use crate::generated::route::rule::Rule;
use crate::generated::route::{RouteMessage, addr::Address};
use crate::list::Undecodable;
use crate::wire::{Cx, DecodeError, Value};

/// One notification.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notice {
    /// What happened.
    pub event: Event,
    /// Id of the network namespace where it happened, if that is not the subscriber's own; see
    /// [`Groups::all_namespaces`]. Ids are those of the subscriber's namespace.
    pub nsid: Option<i32>,
    /// Flags of the message; `REPLACE`, `APPEND` and `CREATE` tell what a route did to others.
    pub flags: MsgFlags,
    /// Port id of the socket whose request made it happen; 0 for the kernel. Not to be trusted.
    pub port: u32,
    /// Sequence number of that request.
    pub sequence: u32,
}

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// To an interface. Of family `AF_BRIDGE` it tells about membership in a bridge: what is deleted
    /// then is that, not the interface.
    Link(Change, Box<Link>),
    /// To an address.
    Address(Change, Box<Address>),
    /// To a route.
    Route(Change, Box<Route>),
    /// To a rule.
    Rule(Change, Box<Rule>),
    /// To a neighbour or an entry of a forwarding database.
    Neighbour(Change, Box<Neighbour>),
    /// To the id of a network namespace.
    NetNsId(Change, NetNsId),
    /// Something else, by message type: decode it with the type of its family.
    Other {
        /// The message type.
        kind: u16,
        /// The message body.
        raw: Vec<u8>,
    },
    /// A message that could not be decoded.
    Undecodable(Undecodable),
    /// Notifications were lost, since they came faster than they were read. What is known may be out
    /// of date in any way.
    Overrun,
}

/// Which way something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is new, or something about it is.
    New,
    /// It is gone.
    Deleted,
}

impl Event {
    /// The event in a message of the protocol that routes belong to.
    fn of_route(kind: u16, body: &[u8]) -> Result<Self, DecodeError> {
        use Change::{Deleted, New};

        fn object<T: Value>(body: &[u8]) -> Result<Box<T>, DecodeError> {
            T::decode(body, Cx::from_kernel()).map(Box::new)
        }
        const NEW_LINK: u16 = RouteMessage::NEW_LINK.id;
        const DEL_LINK: u16 = RouteMessage::DEL_LINK.id;
        const NEW_ADDR: u16 = RouteMessage::NEW_ADDR.id;
        const DEL_ADDR: u16 = RouteMessage::DEL_ADDR.id;
        const NEW_ROUTE: u16 = RouteMessage::NEW_ROUTE.id;
        const DEL_ROUTE: u16 = RouteMessage::DEL_ROUTE.id;
        const NEW_RULE: u16 = RouteMessage::NEW_RULE.id;
        const DEL_RULE: u16 = RouteMessage::DEL_RULE.id;
        const NEW_NEIGH: u16 = RouteMessage::NEW_NEIGH.id;
        const DEL_NEIGH: u16 = RouteMessage::DEL_NEIGH.id;
        const NEW_NSID: u16 = RouteMessage::NEW_NSID.id;
        const DEL_NSID: u16 = RouteMessage::DEL_NSID.id;
        Ok(match kind {
            NEW_LINK => Self::Link(New, object(body)?),
            DEL_LINK => Self::Link(Deleted, object(body)?),
            NEW_ADDR => Self::Address(New, object(body)?),
            DEL_ADDR => Self::Address(Deleted, object(body)?),
            NEW_ROUTE => Self::Route(New, object(body)?),
            DEL_ROUTE => Self::Route(Deleted, object(body)?),
            NEW_RULE => Self::Rule(New, object(body)?),
            DEL_RULE => Self::Rule(Deleted, object(body)?),
            NEW_NEIGH => Self::Neighbour(New, object(body)?),
            DEL_NEIGH => Self::Neighbour(Deleted, object(body)?),
            NEW_NSID => Self::NetNsId(New, *object(body)?),
            DEL_NSID => Self::NetNsId(Deleted, *object(body)?),
            kind => Self::Other {
                kind,
                raw: body.to_vec(),
            },
        })
    }
}
