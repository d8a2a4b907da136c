//! The verbs: [`Links`].

use std::os::fd::{AsFd, AsRawFd};

use super::change::LinkChange;
use super::filter::{LinkFilter, LinkListing};
use super::made::AddGetLink;
use super::reference::{AboutLink, LinkRef};
use crate::error::{Error, Result};
use crate::exec::{Executor, Flow, Lister};
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::link::{Link, LinkFlags, LinkProps, LinkView};
use crate::op::{Done, One, Seen, Simple};
use crate::wire::{DecodeError, HwAddr, NlString};

/// Interfaces, as `ip link` has them; get it with `links()` of a handle.
///
/// Everything that changes something needs `CAP_NET_ADMIN` in the user namespace that owns the
/// network namespace; without it the error is [`is_permission`](crate::Error::is_permission).
#[derive(Clone, Copy, Debug)]
pub struct Links<'e, E> {
    executor: &'e E,
}

/// A request about an interface that is answered by an acknowledgement.
type Send<'b> = Simple<'b, Link>;

/// The most bytes of an interface name.
const NAME_MAX: usize = crate::generated::route::link::IFNAMSIZ as usize - 1;

impl<'e, E> Links<'e, E> {
    /// The verbs, carried out by `executor`.
    pub fn new(executor: &'e E) -> Self {
        Self { executor }
    }
}

impl<'e, E: Executor> Links<'e, E> {
    /// Yields nothing. Creates an interface.
    ///
    /// Equivalent to `ip link add`. Sends `RTM_NEWLINK` with `NLM_F_CREATE` and `NLM_F_EXCL`.
    /// Needs `CAP_NET_ADMIN`, in the target namespace too if there is one.
    ///
    /// The kernel ignores some attributes while it creates, among them `alias`, `af_spec` and `xdp`;
    /// [`set`](Self::set) them afterwards. Without a name it makes one from the kind.
    ///
    /// # Errors
    /// - `EEXIST`: the name is taken.
    /// - `EOPNOTSUPP`: no kind was given, or the kernel does not have it.
    /// - `ENODEV`: the interface it should sit on does not exist.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Link;
    ///
    /// nl.links().add(&Link::veth("left", "right").mtu(9000u32))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add<'b>(&self, link: &'b Link) -> E::Call<'e, Send<'b>> {
        let flags = MsgFlags::CREATE | MsgFlags::EXCL;
        self.executor
            .call(Simple::new(RouteMessage::NEW_LINK, flags, link))
    }

    /// Yields nothing. Removes an interface; of a pair, the other one goes too.
    ///
    /// Equivalent to `ip link delete`. Sends `RTM_DELLINK`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    /// - `EOPNOTSUPP`: it is hardware, or the loopback interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().delete("left")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete(&self, link: impl Into<LinkRef>) -> E::Call<'e, AboutLink<Done>> {
        self.executor
            .call(AboutLink::new(RouteMessage::DEL_LINK, link.into(), Done))
    }

    /// Yields the [`Link`] with this index or name.
    ///
    /// Equivalent to `ip -details link show`. Sends `RTM_GETLINK`; never a dump, so it costs the
    /// same on a host with thousands of interfaces. Needs no privilege.
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let lo = nl.links().get("lo")?;
    /// assert!(lo.is_loopback());
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn get(&self, link: impl Into<LinkRef>) -> E::Call<'e, AboutLink<One<Link>>> {
        let message = RouteMessage::GET_LINK;
        self.executor
            .call(AboutLink::new(message, link.into(), One::new(message)))
    }

    /// Yields what `look` makes of the interface with this index or name. It gets a view of the interface as it stands in
    /// the receive buffer: only what it asks for is decoded, and nothing is copied.
    ///
    /// As [`get`](Self::get), for those who ask often and for little. On an asynchronous handle `look` may run on another
    /// thread, and in a batch it runs while that is committed, so it borrows nothing.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let mtu = nl.links().view("eth0", |link| link.mtu())?;
    /// let (index, name) = nl.links().view("eth0", |link| Ok((link.index(), link.name()?.map(|name| name.to_string()))))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn view<F, R>(
        &self,
        link: impl Into<LinkRef>,
        look: F,
    ) -> E::Call<'e, AboutLink<Seen<Link, F, R>>>
    where
        F: FnOnce(LinkView<'_>) -> Result<R, DecodeError> + core::marker::Send + 'static,
        R: core::marker::Send + 'static,
    {
        let message = RouteMessage::GET_LINK;
        let replies = Seen::new(message, look);
        self.executor
            .call(AboutLink::new(message, link.into(), replies))
    }

    /// Yields nothing. Changes what `change` holds and nothing else.
    ///
    /// Equivalent to `ip link set`. Sends `RTM_NEWLINK` without `NLM_F_CREATE`, which unlike
    /// `RTM_SETLINK` also changes the settings of the kind. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    /// - `EBUSY`: it has to be down for this.
    /// - A new name together with a reference by name: the kernel would take the new name for the
    ///   old one. Use the index, or [`rename`](Self::rename).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::LinkChange;
    ///
    /// let before = nl.links().get("eth0")?;
    /// let mut after = before.clone();
    /// after.mtu = Some(9000);
    /// after.txqlen = Some(2000);
    /// nl.links().set(&before, &LinkChange::between(&before, &after)?)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn set(
        &self,
        link: impl Into<LinkRef>,
        change: &LinkChange,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.executor.call(set(&link.into(), change))
    }

    fn change(
        &self,
        link: impl Into<LinkRef>,
        with: impl FnOnce(Link) -> Link,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.set(link, &LinkChange::new().with(with))
    }

    /// Yields nothing. Brings an interface up.
    ///
    /// Equivalent to `ip link set … up`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface. Drivers have errors of their own.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().up("lo")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn up(&self, link: impl Into<LinkRef>) -> E::Call<'e, Result<Send<'static>>> {
        self.set(link, &LinkChange::new().up())
    }

    /// Yields nothing. Takes an interface down; its routes go with it.
    ///
    /// Equivalent to `ip link set … down`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().down("eth0")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn down(&self, link: impl Into<LinkRef>) -> E::Call<'e, Result<Send<'static>>> {
        self.set(link, &LinkChange::new().down())
    }

    /// Yields nothing. Sets the largest packet.
    ///
    /// Equivalent to `ip link set … mtu`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `EINVAL`: the driver does not take it; the kernel's message says which limit it hit.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().mtu("eth0", 9000)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn mtu(&self, link: impl Into<LinkRef>, mtu: u32) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.mtu(mtu))
    }

    /// Yields nothing. Sets the length of the transmit queue, in packets.
    ///
    /// Equivalent to `ip link set … txqueuelen`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().txqlen("eth0", 2000)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn txqlen(
        &self,
        link: impl Into<LinkRef>,
        packets: u32,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.txqlen(packets))
    }

    /// Yields nothing. Sets the free text of an interface; empty removes it.
    ///
    /// Equivalent to `ip link set … alias`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `EINVAL`: longer than 255 bytes.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().alias("eth0", "uplink to rack 4")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn alias(
        &self,
        link: impl Into<LinkRef>,
        text: impl Into<NlString>,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.alias(text))
    }

    /// Yields nothing. Sets the link-layer address.
    ///
    /// Equivalent to `ip link set … address`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `EADDRNOTAVAIL`: not an address an interface can have, such as a multicast one.
    /// - `EBUSY`: the driver wants the interface down for this.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().address("eth0", [0x02, 0, 0, 0, 0, 1])?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn address(
        &self,
        link: impl Into<LinkRef>,
        address: impl Into<HwAddr>,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.address(address))
    }

    /// Yields nothing. Puts an interface under the bridge, bond, team or VRF with this index.
    ///
    /// Equivalent to `ip link set … master`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `EINVAL`: the other one is no master.
    /// - `EBUSY`: the interface has another master, or has to be down.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let bridge = nl.links().get("br0")?;
    /// nl.links().master("left", bridge.index)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn master(
        &self,
        link: impl Into<LinkRef>,
        master: u32,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.master(master))
    }

    /// Yields nothing. Takes an interface out from under its master.
    ///
    /// Equivalent to `ip link set … nomaster`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().no_master("left")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn no_master(&self, link: impl Into<LinkRef>) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.master(0u32))
    }

    /// Yields nothing. Lets an interface receive everything on the wire, or no longer.
    ///
    /// Equivalent to `ip link set … promisc on`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().promiscuous("eth0", true)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn promiscuous(
        &self,
        link: impl Into<LinkRef>,
        on: bool,
    ) -> E::Call<'e, Result<Send<'static>>> {
        let flags = if on {
            LinkFlags::PROMISC
        } else {
            LinkFlags::empty()
        };
        self.set(link, &LinkChange::new().flags(LinkFlags::PROMISC, flags))
    }

    /// Yields nothing. Lets an interface resolve addresses, or no longer.
    ///
    /// Equivalent to `ip link set … arp on`. As [`set`](Self::set).
    ///
    /// # Errors
    /// - `ENODEV`: there is no such interface.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().arp("eth0", false)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn arp(&self, link: impl Into<LinkRef>, on: bool) -> E::Call<'e, Result<Send<'static>>> {
        // The flag says the opposite.
        let flags = if on {
            LinkFlags::empty()
        } else {
            LinkFlags::NOARP
        };
        self.set(link, &LinkChange::new().flags(LinkFlags::NOARP, flags))
    }

    /// Yields nothing. Moves an interface to the network namespace that `namespace` refers to.
    ///
    /// Equivalent to `ip link set … netns NAME`. As [`set`](Self::set). Needs `CAP_NET_ADMIN` in
    /// both namespaces. Addresses and routes do not come along.
    ///
    /// # Errors
    /// - `EEXIST`: the name is taken there.
    /// - `EINVAL`: the interface cannot leave its namespace, or the file is no namespace.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::netns::NetNs;
    ///
    /// nl.links().net_ns("right", &NetNs::open("/run/netns/blue")?)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn net_ns(
        &self,
        link: impl Into<LinkRef>,
        namespace: &impl AsFd,
    ) -> E::Call<'e, Result<Send<'static>>> {
        // An open descriptor is not negative.
        let fd = namespace.as_fd().as_raw_fd().unsigned_abs();
        self.change(link, |link| link.net_ns_fd(fd))
    }

    /// Yields nothing. Moves an interface to the network namespace of a process.
    ///
    /// Equivalent to `ip link set … netns PID`. As [`net_ns`](Self::net_ns).
    ///
    /// # Errors
    /// - `ESRCH`: there is no such process. Else as [`net_ns`](Self::net_ns).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().net_ns_pid("right", 4711)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn net_ns_pid(
        &self,
        link: impl Into<LinkRef>,
        pid: u32,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.change(link, |link| link.net_ns_pid(pid))
    }

    /// Yields nothing. Gives an interface a new name, which most drivers want it to be down for.
    ///
    /// Equivalent to `ip link set … name`. As [`set`](Self::set), by index only: with a name the
    /// kernel could not tell the old one from the new one.
    ///
    /// # Errors
    /// - `EEXIST`: the name is taken.
    /// - `EBUSY`: the interface is up (before kernel 6.2).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let link = nl.links().get("eth0")?;
    /// nl.links().rename(link.index, "uplink")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn rename(
        &self,
        index: u32,
        name: impl Into<NlString>,
    ) -> E::Call<'e, Result<Send<'static>>> {
        self.change(index, |link| link.name(name))
    }

    /// Yields nothing. Adds an alternative name.
    ///
    /// Equivalent to `ip link property add … altname`. Sends `RTM_NEWLINKPROP`. Needs
    /// `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EEXIST`: the name is taken.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().add_alt_name("eth0", "the-uplink-to-rack-4")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add_alt_name(
        &self,
        link: impl Into<LinkRef>,
        name: impl Into<NlString>,
    ) -> E::Call<'e, Send<'static>> {
        let body = alt_name(&link.into(), name.into());
        let flags = MsgFlags::CREATE | MsgFlags::EXCL | MsgFlags::APPEND;
        self.executor
            .call(Simple::new(RouteMessage::NEW_LINK_PROP, flags, body))
    }

    /// Yields nothing. Takes an alternative name away.
    ///
    /// Equivalent to `ip link property del … altname`. Sends `RTM_DELLINKPROP`. Needs
    /// `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `ENOENT`: the interface has no such name.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.links().delete_alt_name("eth0", "the-uplink-to-rack-4")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete_alt_name(
        &self,
        link: impl Into<LinkRef>,
        name: impl Into<NlString>,
    ) -> E::Call<'e, Send<'static>> {
        let body = alt_name(&link.into(), name.into());
        let message = RouteMessage::DEL_LINK_PROP;
        self.executor
            .call(Simple::new(message, MsgFlags::empty(), body))
    }
}

impl<'e, E: Lister> Links<'e, E> {
    /// Yields the new [`Link`], with the index and all else the kernel chose. Creates an interface.
    ///
    /// Equivalent to `ip link add` and `ip link show`. As [`add`](Self::add), with `NLM_F_ECHO`;
    /// where the kernel does not echo, an `RTM_GETLINK` follows, in the namespace where the
    /// interface went.
    ///
    /// # Errors
    /// As [`add`](Self::add). If only the second step fails the interface exists all the same. It does so
    /// where the kernel chose the name and did not echo it (before 6.2, or in another namespace), as nothing
    /// then says which interface it is; [`Error::may_have_happened`](crate::Error::may_have_happened) is true.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Link;
    ///
    /// let bridge = nl.links().add_get(&Link::bridge("br0"))?;
    /// println!("br0 has index {}", bridge.index);
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add_get(&self, link: &Link) -> E::Run<'e, AddGetLink> {
        self.executor.run(AddGetLink::new(link))
    }

    /// Yields a [`Dump`](crate::list::Dump) of [`Link`]s.
    ///
    /// Equivalent to `ip -details link show`. Sends `RTM_GETLINK` with `NLM_F_DUMP`; the kernel
    /// filters by master and kind. Needs no privilege.
    ///
    /// # Errors
    /// Only if the dump cannot start; what happens later is in its
    /// [`state`](crate::list::Dump::state).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::link::LinkFilter;
    ///
    /// for link in nl.links().list(&LinkFilter::new().kind("bridge"))?.into_vec()? {
    ///     println!("{}: {}", link.index, link.name.unwrap_or_default());
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn list(&self, filter: &LinkFilter) -> E::List<'e, LinkListing> {
        self.executor.list(LinkListing::new(filter.clone()))
    }

    /// Yields each [`Link`] as it comes, and then how the dump ended; nothing is retried, and no more
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
    /// let mut links = nl.links().iter(&Default::default());
    /// for link in &mut links {
    ///     println!("{link:?}");
    /// }
    /// links.end()?.into_count()?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn iter(&self, filter: &LinkFilter) -> E::Iter<'e, LinkListing> {
        self.executor.iter(LinkListing::new(filter.clone()))
    }

    /// Yields how many there were. Hands each interface to `each` as a view, as it stands in the
    /// receive buffer; nothing is copied and nothing is retried.
    ///
    /// As [`list`](Self::list). The closure returns `()`, or a
    /// [`ControlFlow`](std::ops::ControlFlow) to stop early.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let mut up = 0;
    /// nl.links().scan(&Default::default(), |link| {
    ///     up += u32::from(link.flags().contains(netlink::generated::route::link::LinkFlags::UP));
    /// })?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn scan<F, R>(&self, filter: &LinkFilter, each: F) -> E::Scan<'e, LinkListing, F, R>
    where
        F: FnMut(LinkView<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.executor.scan(LinkListing::new(filter.clone()), each)
    }
}

/// The request that changes an interface.
fn set(reference: &LinkRef, change: &LinkChange) -> Result<Send<'static>> {
    let change = change.as_link();
    let message = match change.family {
        // Bridges take changes of their ports through a message of its own.
        AddressFamily::BRIDGE => RouteMessage::SET_LINK,
        _ => RouteMessage::NEW_LINK,
    };
    if matches!(reference, LinkRef::Name(_)) && change.name.is_some() {
        let reason = "a new name needs the interface by index, since the kernel would look the new \
                      name up";
        return Err(Error::invalid(message.name, reason));
    }
    if change
        .name
        .as_ref()
        .is_some_and(|name| name.is_empty() || name.len() > NAME_MAX)
    {
        let reason = format!("a name has 1 to {NAME_MAX} bytes");
        return Err(Error::invalid(message.name, reason));
    }
    let body = Box::new(reference.put_into(change.clone()));
    Ok(Simple::new(message, MsgFlags::empty(), body))
}

fn alt_name(reference: &LinkRef, name: NlString) -> Box<Link> {
    let mut names = LinkProps::default();
    names.alt_name.push(name);
    Box::new(reference.to_link().prop_list(names))
}
