//! The verbs: [`Addrs`].

use super::filter::{AddressFilter, AddressListing};
use super::made::AddGetAddress;
use crate::exec::{Executor, Flow, Lister};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::addr::{Address, AddressView};
use crate::op::Simple;

/// Addresses of interfaces, as `ip address` has them; get it with `addrs()` of a handle.
///
/// Everything that changes something needs `CAP_NET_ADMIN` in the user namespace that owns the
/// network namespace; without it the error is [`is_permission`](crate::Error::is_permission).
///
/// A family of 0 is filled in from the address.
#[derive(Clone, Copy, Debug)]
pub struct Addrs<'e, E> {
    executor: &'e E,
}

/// A request about an address that is answered by an acknowledgement.
type Send<'b> = Simple<'b, Address>;

impl<'e, E> Addrs<'e, E> {
    /// The verbs, carried out by `executor`.
    pub fn new(executor: &'e E) -> Self {
        Self { executor }
    }
}

impl<'e, E: Executor> Addrs<'e, E> {
    /// Yields nothing. Gives an interface a further address.
    ///
    /// Equivalent to `ip address add`. Sends `RTM_NEWADDR` with `NLM_F_CREATE` and `NLM_F_EXCL`.
    /// Needs `CAP_NET_ADMIN`. No broadcast address is made up; see
    /// [`Address::implied_broadcast`]. An IPv6 address is tentative at first.
    ///
    /// # Errors
    /// - `EEXIST`: the interface has the address.
    /// - `ENODEV`: there is no such interface.
    /// - `EACCES`: IPv6 is switched off on the interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Address;
    ///
    /// let lo = nl.links().get("lo")?;
    /// nl.addrs().add(&Address::new("192.0.2.1/24".parse().unwrap(), lo.index))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add<'b>(&self, address: &'b Address) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::EXCL, address)
    }

    /// Yields nothing. Gives an interface an address, or changes lifetimes, metric, flags and
    /// protocol of one it has.
    ///
    /// Equivalent to `ip address replace`. Sends `RTM_NEWADDR` with `NLM_F_CREATE` and
    /// `NLM_F_REPLACE`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Address;
    /// use netlink::generated::route::addr::{AddrCache, Lifetime};
    ///
    /// let mut hour = AddrCache::default();
    /// (hour.preferred, hour.valid) = (Lifetime(1800), Lifetime(3600));
    /// let address = Address::new("192.0.2.1/24".parse().unwrap(), 1).cache_info(hour);
    /// nl.addrs().replace(&address)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn replace<'b>(&self, address: &'b Address) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::REPLACE, address)
    }

    /// Yields nothing. Takes an address away; its routes go with it, IPv4 ones without a message.
    ///
    /// Equivalent to `ip address delete`. Sends `RTM_DELADDR`. Needs `CAP_NET_ADMIN`. What counts is
    /// the interface, the address and the prefix length, and the label if one is given.
    ///
    /// # Errors
    /// - `EADDRNOTAVAIL`: the interface has no such address.
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Address;
    /// nl.addrs().delete(&Address::new("192.0.2.1/24".parse().unwrap(), 1))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete<'b>(&self, address: &'b Address) -> E::Call<'e, Send<'b>> {
        let (message, flags) = (RouteMessage::DEL_ADDR, MsgFlags::empty());
        self.executor
            .call(Simple::new(message, flags, address.complete()))
    }

    fn send<'b>(&self, flags: MsgFlags, address: &'b Address) -> E::Call<'e, Send<'b>> {
        self.executor.call(Simple::new(
            RouteMessage::NEW_ADDR,
            flags,
            address.complete(),
        ))
    }
}

impl<'e, E: Lister> Addrs<'e, E> {
    /// Yields the new [`Address`], with all the kernel filled in. Gives an interface an address.
    ///
    /// As [`add`](Self::add), with `NLM_F_ECHO`; for IPv6, which does not echo, an `RTM_GETADDR`
    /// follows.
    ///
    /// # Errors
    /// As [`add`](Self::add). If only the second step fails the address is there all the same.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Address;
    /// let made = nl.addrs().add_get(&Address::new("2001:db8::1/64".parse().unwrap(), 1))?;
    /// println!("tentative: {}", made.is_tentative());
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add_get(&self, address: &Address) -> E::Run<'e, AddGetAddress> {
        self.executor.run(AddGetAddress::new(address))
    }

    /// Yields a [`Dump`](crate::list::Dump) of [`Address`]es.
    ///
    /// Equivalent to `ip address show`. Sends `RTM_GETADDR` with `NLM_F_DUMP`; the kernel filters by
    /// family and interface. Needs no privilege.
    ///
    /// # Errors
    /// - `ENODEV`: the filter names an interface that does not exist.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// for address in nl.addrs().list(&Default::default())?.into_vec()? {
    ///     println!("{}: {:?}", address.index, address.prefix());
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn list(&self, filter: &AddressFilter) -> E::List<'e, AddressListing> {
        self.executor.list(AddressListing::new(filter.clone()))
    }

    /// Yields each [`Address`] as it comes, and then how the dump ended; nothing is retried, and no more
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
    /// let mut addrs = nl.addrs().iter(&Default::default());
    /// for addr in &mut addrs {
    ///     println!("{addr:?}");
    /// }
    /// addrs.end()?.into_count()?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn iter(&self, filter: &AddressFilter) -> E::Iter<'e, AddressListing> {
        self.executor.iter(AddressListing::new(filter.clone()))
    }

    /// Yields how many there were. Hands each address to `each` as a view, without a copy and
    /// without a retry.
    ///
    /// As [`list`](Self::list).
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.addrs().scan(&Default::default(), |address| println!("{}", address.index()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn scan<F, R>(&self, filter: &AddressFilter, each: F) -> E::Scan<'e, AddressListing, F, R>
    where
        F: FnMut(AddressView<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.executor
            .scan(AddressListing::new(filter.clone()), each)
    }
}
