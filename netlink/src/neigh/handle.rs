//! The verbs: [`Neighs`].

use super::filter::{NeighbourFilter, NeighbourListing};
use crate::exec::{Executor, Flow, Lister};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::neigh::{Neighbour, NeighbourView};
use crate::op::{One, Simple};

/// Neighbours, as `ip neighbour` has them, and forwarding databases, as `bridge fdb` has them; get it
/// with `neighs()` of a handle.
///
/// Everything that changes something needs `CAP_NET_ADMIN` in the user namespace that owns the
/// network namespace; without it the error is [`is_permission`](crate::Error::is_permission).
///
/// Which table a request is about says the entry: the family `AF_BRIDGE` means a forwarding
/// database, the flag `NTF_PROXY` proxy entries. A family of 0 is filled in from the address.
#[derive(Clone, Copy, Debug)]
pub struct Neighs<'e, E> {
    executor: &'e E,
}

/// A request about an entry that is answered by an acknowledgement.
type Send<'b> = Simple<'b, Neighbour>;

impl<'e, E> Neighs<'e, E> {
    /// The verbs, carried out by `executor`.
    pub fn new(executor: &'e E) -> Self {
        Self { executor }
    }
}

impl<'e, E: Executor> Neighs<'e, E> {
    /// Yields nothing. Adds an entry.
    ///
    /// Equivalent to `ip neighbour add` and `bridge fdb add`. Sends `RTM_NEWNEIGH` with
    /// `NLM_F_CREATE` and `NLM_F_EXCL`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EEXIST`: there is such an entry.
    /// - `ENODEV`: there is no such interface.
    /// - `EINVAL`: a state that needs a link-layer address came without one.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Neighbour;
    ///
    /// let link = nl.links().get("eth0")?;
    /// let (address, mac) = ("192.0.2.9".parse().unwrap(), [0x02, 0, 0, 0, 0, 9]);
    /// nl.neighs().add(&Neighbour::permanent(link.index, address, mac))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add<'b>(&self, entry: &'b Neighbour) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::EXCL, entry)
    }

    /// Yields nothing. Adds an entry, or changes the one with the same address.
    ///
    /// Equivalent to `ip neighbour replace` and `bridge fdb replace`. Sends `RTM_NEWNEIGH` with
    /// `NLM_F_CREATE` and `NLM_F_REPLACE`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// As [`add`](Self::add), without `EEXIST`.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Neighbour;
    /// nl.neighs().replace(&Neighbour::fdb(3, [0x02, 0, 0, 0, 0, 9]).vlan(10u16))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn replace<'b>(&self, entry: &'b Neighbour) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::REPLACE, entry)
    }

    /// Yields nothing. Adds a further destination to an entry of a VXLAN forwarding database.
    ///
    /// Equivalent to `bridge fdb append`. Sends `RTM_NEWNEIGH` with `NLM_F_CREATE` and
    /// `NLM_F_APPEND`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EOPNOTSUPP`: the address is unicast, which has one destination only, or the device has no
    ///   such database.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Neighbour;
    /// let everybody = [0; 6];
    /// for remote in ["192.0.2.1", "192.0.2.2"] {
    ///     nl.neighs().append(&Neighbour::vxlan_fdb(5, everybody, remote.parse().unwrap()))?;
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn append<'b>(&self, entry: &'b Neighbour) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::APPEND, entry)
    }

    /// Yields nothing. Removes an entry; interface and address say which.
    ///
    /// Equivalent to `ip neighbour delete` and `bridge fdb delete`. Sends `RTM_DELNEIGH`. Needs
    /// `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `ENOENT`: there is no such entry.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Neighbour;
    /// nl.neighs().delete(&Neighbour::of(3, "192.0.2.9".parse().unwrap()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete<'b>(&self, entry: &'b Neighbour) -> E::Call<'e, Send<'b>> {
        let (message, flags) = (RouteMessage::DEL_NEIGH, MsgFlags::empty());
        self.executor
            .call(Simple::new(message, flags, entry.complete()))
    }

    /// Yields the [`Neighbour`] with the interface and address of `entry`.
    ///
    /// Equivalent to `ip neighbour get` and `bridge fdb get`. Sends `RTM_GETNEIGH`, since kernel 5.0.
    /// Needs no privilege. What `entry` has besides interface, address, VLAN and flags is not sent,
    /// since the kernel refuses it.
    ///
    /// # Errors
    /// - `ENOENT`: there is no such entry.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Neighbour;
    /// let entry = nl.neighs().get(&Neighbour::of(3, "192.0.2.9".parse().unwrap()))?;
    /// println!("{:?} {:?}", entry.lladdr, entry.state);
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn get(
        &self,
        entry: &Neighbour,
    ) -> E::Call<'e, Simple<'static, Neighbour, One<Neighbour>>> {
        let body = Box::new(entry.complete().question());
        let (message, flags) = (RouteMessage::GET_NEIGH, MsgFlags::empty());
        self.executor.call(Simple::for_one(message, flags, body))
    }

    fn send<'b>(&self, flags: MsgFlags, entry: &'b Neighbour) -> E::Call<'e, Send<'b>> {
        self.executor.call(Simple::new(
            RouteMessage::NEW_NEIGH,
            flags,
            entry.complete(),
        ))
    }
}

impl<'e, E: Lister> Neighs<'e, E> {
    /// Yields a [`Dump`](crate::list::Dump) of [`Neighbour`]s.
    ///
    /// Equivalent to `ip neighbour show`, `ip neighbour show proxy` or `bridge fdb show`, as the
    /// filter says. Sends `RTM_GETNEIGH` with `NLM_F_DUMP`; the kernel filters by family, interface
    /// and master. Needs no privilege.
    ///
    /// # Errors
    /// - `ENODEV`: the filter names an interface that does not exist (forwarding databases only).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::neigh::NeighbourFilter;
    ///
    /// for entry in nl.neighs().list(&NeighbourFilter::fdb().master(4))?.into_vec()? {
    ///     println!("{:?} behind {}", entry.lladdr, entry.index);
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn list(&self, filter: &NeighbourFilter) -> E::List<'e, NeighbourListing> {
        self.executor.list(NeighbourListing::new(filter.clone()))
    }

    /// Yields each [`Neighbour`] as it comes, and then how the dump ended; nothing is retried, and no more
    /// than one datagram of objects is in memory.
    ///
    /// As [`list`](Self::list).
    ///
    /// # Errors
    /// They show at the end.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let mut neighs = nl.neighs().iter(&Default::default());
    /// for neigh in &mut neighs {
    ///     println!("{neigh:?}");
    /// }
    /// neighs.end()?.into_count()?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn iter(&self, filter: &NeighbourFilter) -> E::Iter<'e, NeighbourListing> {
        self.executor.iter(NeighbourListing::new(filter.clone()))
    }

    /// Yields how many there were. Hands each entry to `each` as a view, without a copy and without
    /// a retry.
    ///
    /// As [`list`](Self::list).
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.neighs().scan(&Default::default(), |entry| println!("{:?}", entry.state()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn scan<F, R>(
        &self,
        filter: &NeighbourFilter,
        each: F,
    ) -> E::Scan<'e, NeighbourListing, F, R>
    where
        F: FnMut(NeighbourView<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.executor
            .scan(NeighbourListing::new(filter.clone()), each)
    }
}
