//! Typed Linux netlink: links, addresses, routes, rules, neighbours.
//!
//! [`Netlink`] is the blocking handle; its sub-handles have the verbs:
//! [`links()`](Netlink::links), [`addrs()`](Netlink::addrs), [`routes()`](Netlink::routes),
//! [`neighs()`](Netlink::neighs), [`rules()`](Netlink::rules).
//!
//! ```no_run
//! use netlink::{Link, Netlink};
//!
//! let nl = Netlink::new();
//! nl.links().add(&Link::bridge("br0").mtu(9000u32))?;
//! nl.links().up("br0")?;
//! for link in nl.links().list(&Default::default())?.into_vec()? {
//!     println!("{} {:?}", link.index, link.name);
//! }
//! # Ok::<(), netlink::Error>(())
//! ```
//!
//! # Types
//!
//! One struct a kernel object, generated from a spec: header fields, `Option` fields for attributes, and
//! [`wire::Unknown`] for what this version does not know. All have chainable setters, `Default`, and a borrowed
//! view. They stand in [`generated`]; [`Link`], [`Address`], [`Route`], [`Neighbour`] and [`Rule`] are at the root too.
//!
//! # Families of your own
//!
//! The derives work for types in any crate: [`macro@Attrs`], [`macro@Layout`], [`macro@Kind`], [`macro@Messages`],
//! [`macro@Time`], [`macro@open_enum`], [`macro@flags`].
//!
//! ```
//! use netlink::wire::{Cx, Encoder, NlString, Unknown, Value};
//!
//! /// A message of a private family.
//! #[derive(Clone, Debug, Default, PartialEq, netlink::Attrs)]
//! pub struct Widget {
//!     /// Its number, in the header.
//!     pub number: u32,
//!     /// Its name.
//!     #[doc(alias = "WIDGET_NAME")]
//!     #[nl(attr = 1, max = 15)]
//!     pub name: Option<NlString>,
//!     /// What this version does not know.
//!     pub unknown: Unknown,
//! }
//!
//! let mut bytes = Vec::new();
//! Widget::default().number(7).name("bolt").encode(&mut Encoder::request(&mut bytes))?;
//! assert_eq!(Widget::decode(&bytes, Cx::from_kernel())?.name.unwrap(), "bolt");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//!
//! It runs no task, needs no async runtime, keeps no cache, and never moves the calling thread to another namespace.

// The derives name this crate from the outside, in here too.
extern crate self as netlink;

pub mod addr;
pub mod batch;
mod blocking;
mod call;
pub mod conn;
mod error;
pub mod event;
pub mod exec;
pub mod generated;
mod handle;
pub mod link;
pub mod list;
pub mod mirror;
pub mod neigh;
pub mod netns;
pub mod op;
pub mod raw;
pub mod route;
pub mod rule;
pub mod sandbox;
#[expect(unsafe_code, reason = "system calls; every other module is safe")]
mod sys;
#[cfg(feature = "tokio")]
pub mod tokio;
pub mod transport;
pub mod wire;

pub use addr::Addrs;
pub use blocking::{Iter, Netlink};
pub use error::{Errno, Error, Result};
pub use generated::route::{addr::Address, link::Link, neigh::Neighbour, route::Route, rule::Rule};
pub use link::{LinkChange, LinkRef, Links};
pub use neigh::Neighs;
pub use netns::NetNsIds;
pub use nlgen_macros::{Attrs, Kind, Layout, Messages, Time, flags, open_enum, parts};
pub use route::Routes;
pub use rule::Rules;
