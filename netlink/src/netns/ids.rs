//! The verbs: [`NetNsIds`].

use std::os::fd::{AsFd, AsRawFd};

use crate::conn::Request;
use crate::error::Result;
use crate::exec::{Executor, Lister};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::netns::{NETNSA_NSID_NOT_ASSIGNED, NetNsId, NetNsIdView};
use crate::list::Listing;
use crate::op::{One, Simple};
use crate::wire::DecodeError;

/// Ids by which a network namespace knows others, as `ip netns list-id` shows them; get it with
/// `net_ns_ids()` of a handle.
///
/// Such an id tells where the other end of an interface is (`link_netns_id` of a
/// [`Link`](crate::Link)), and where an event comes from. It means something in one namespace only.
#[derive(Clone, Copy, Debug)]
pub struct NetNsIds<'e, E> {
    executor: &'e E,
}

impl<'e, E> NetNsIds<'e, E> {
    /// The verbs, carried out by `executor`.
    pub fn new(executor: &'e E) -> Self {
        Self { executor }
    }
}

impl NetNsId {
    /// The id, if there is one.
    pub fn id(&self) -> Option<i32> {
        self.nsid.filter(|id| *id != NETNSA_NSID_NOT_ASSIGNED)
    }
}

impl<'e, E: Executor> NetNsIds<'e, E> {
    /// Yields a [`NetNsId`], whose [`id`](NetNsId::id) is that of another namespace in this one.
    ///
    /// Sends `RTM_GETNSID`. Needs no privilege.
    ///
    /// # Errors
    /// - `EINVAL`: the file is no network namespace.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::netns::NetNs;
    ///
    /// println!("{:?}", nl.net_ns_ids().get(&NetNs::named("blue")?)?.id());
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn get(
        &self,
        namespace: &impl AsFd,
    ) -> E::Call<'e, Simple<'static, NetNsId, One<NetNsId>>> {
        let body = Box::new(reference(namespace));
        let (message, flags) = (RouteMessage::GET_NSID, MsgFlags::empty());
        self.executor.call(Simple::for_one(message, flags, body))
    }

    /// Yields nothing. Gives another namespace an id in this one; without `id` the kernel chooses.
    ///
    /// Equivalent to `ip netns set`. Sends `RTM_NEWNSID`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EEXIST`: the namespace has an id here already.
    /// - `ENOSPC`: the id belongs to another one.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::netns::NetNs;
    ///
    /// nl.net_ns_ids().add(&NetNs::named("blue")?, Some(7))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add(
        &self,
        namespace: &impl AsFd,
        id: Option<i32>,
    ) -> E::Call<'e, Simple<'static, NetNsId>> {
        let body = Box::new(reference(namespace).nsid(id.unwrap_or(NETNSA_NSID_NOT_ASSIGNED)));
        let (message, flags) = (RouteMessage::NEW_NSID, MsgFlags::empty());
        self.executor.call(Simple::new(message, flags, body))
    }
}

impl<'e, E: Lister> NetNsIds<'e, E> {
    /// Yields a [`Dump`](crate::list::Dump) of [`NetNsId`]s.
    ///
    /// Equivalent to `ip netns list-id`. Sends `RTM_GETNSID` with `NLM_F_DUMP`. Needs no privilege.
    ///
    /// # Errors
    /// Only if the dump cannot start.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// for known in nl.net_ns_ids().list()?.into_vec()? {
    ///     println!("{:?}", known.id());
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn list(&self) -> E::List<'e, NetNsListing> {
        self.executor.list(NetNsListing(()))
    }
}

/// The request behind [`NetNsIds::list`].
#[derive(Clone, Copy, Debug)]
pub struct NetNsListing(());

impl Listing for NetNsListing {
    type Item = NetNsId;

    fn request(&self, buf: &mut Vec<u8>, _: bool) -> Result<Request> {
        let (message, flags) = (RouteMessage::GET_NSID, MsgFlags::DUMP);
        Request::encode(buf, message, flags, &NetNsId::default())
    }

    fn keeps(&self, _: &NetNsIdView<'_>) -> Result<bool, DecodeError> {
        Ok(true)
    }
}

fn reference(namespace: &impl AsFd) -> NetNsId {
    // An open descriptor is not negative.
    NetNsId::default().fd(namespace.as_fd().as_raw_fd().unsigned_abs())
}
