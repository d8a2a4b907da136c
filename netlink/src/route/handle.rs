//! The verbs: [`Routes`].

use std::net::IpAddr;

use ipnet::IpNet;

use super::filter::{RouteFilter, RouteListing};
use crate::exec::{Executor, Flow, Lister};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::route::{Route, RouteFlags, RouteView};
use crate::op::{One, Simple};

/// Routes, as `ip route` has them; get it with `routes()` of a handle.
///
/// Everything that changes something needs `CAP_NET_ADMIN` in the user namespace that owns the
/// network namespace; without it the error is [`is_permission`](crate::Error::is_permission).
#[derive(Clone, Copy, Debug)]
pub struct Routes<'e, E> {
    executor: &'e E,
}

/// A request about a route that is answered by an acknowledgement.
type Send<'b> = Simple<'b, Route>;

impl<'e, E> Routes<'e, E> {
    /// The verbs, carried out by `executor`.
    pub fn new(executor: &'e E) -> Self {
        Self { executor }
    }
}

impl<'e, E: Executor> Routes<'e, E> {
    /// Yields nothing. Adds a route.
    ///
    /// Equivalent to `ip route add`. Sends `RTM_NEWROUTE` with `NLM_F_CREATE` and `NLM_F_EXCL`.
    /// Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EEXIST`: there is such a route with the same metric.
    /// - `ENETUNREACH`: the gateway is not reachable; `EINVAL`: it is no gateway.
    /// - `ENETDOWN`: the interface is down.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Route;
    ///
    /// let net = "198.51.100.0/24".parse().unwrap();
    /// nl.routes().add(&Route::to(net).through("192.0.2.1".parse().unwrap()).priority(100u32))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add<'b>(&self, route: &'b Route) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::EXCL, route)
    }

    /// Yields nothing. Adds a route, or puts it in the place of the first one with the same
    /// destination, metric and (IPv4) type of service.
    ///
    /// Equivalent to `ip route replace`. Sends `RTM_NEWROUTE` with `NLM_F_CREATE` and
    /// `NLM_F_REPLACE`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// As [`add`](Self::add), without `EEXIST`.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Route;
    /// let net = "198.51.100.0/24".parse().unwrap();
    /// nl.routes().replace(&Route::to(net).through("192.0.2.2".parse().unwrap()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn replace<'b>(&self, route: &'b Route) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::REPLACE, route)
    }

    /// Yields nothing. Adds a route behind those with the same destination and metric; for IPv6 it
    /// becomes a further next hop.
    ///
    /// Equivalent to `ip route append`. Sends `RTM_NEWROUTE` with `NLM_F_CREATE` and
    /// `NLM_F_APPEND`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EEXIST`: exactly this route is there.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Route;
    /// let net = "198.51.100.0/24".parse().unwrap();
    /// nl.routes().append(&Route::to(net).through("192.0.2.3".parse().unwrap()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn append<'b>(&self, route: &'b Route) -> E::Call<'e, Send<'b>> {
        self.send(MsgFlags::CREATE | MsgFlags::APPEND, route)
    }

    /// Yields nothing. Removes the first route that has everything `route` says.
    ///
    /// Equivalent to `ip route delete`. Sends `RTM_DELROUTE`. Needs `CAP_NET_ADMIN`. Type, protocol
    /// and attributes that are 0 or absent match any; a *scope* of 0 does not, it is the universe.
    /// Pass a route as it was listed, or a pattern made by [`Route::like`].
    ///
    /// # Errors
    /// - `ESRCH`: there is no such route.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// # use netlink::Route;
    /// nl.routes().delete(&Route::like("198.51.100.0/24".parse().unwrap()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete<'b>(&self, route: &'b Route) -> E::Call<'e, Send<'b>> {
        let (message, flags) = (RouteMessage::DEL_ROUTE, MsgFlags::empty());
        self.executor
            .call(Simple::new(message, flags, route.complete()))
    }

    /// Yields the [`Route`] a packet to `destination` would take, with interface, gateway, source
    /// address and table.
    ///
    /// Equivalent to `ip route get`. Sends `RTM_GETROUTE`. Needs no privilege. For more than a
    /// destination see [`look_up`](Self::look_up).
    ///
    /// # Errors
    /// - `ENETUNREACH`: no route leads there. An unreachable or prohibit route answers with the errno
    ///   it stands for.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// let route = nl.routes().get("198.51.100.7".parse().unwrap())?;
    /// println!("leaves by interface {:?} via {:?}", route.oif, route.next_hop_ip());
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn get(&self, destination: IpAddr) -> E::Call<'e, Simple<'static, Route, One<Route>>> {
        let host = IpNet::from(destination);
        // IPv6 names the table unasked, and refuses the flag under strict checking.
        let flags = match destination {
            IpAddr::V4(_) => RouteFlags::LOOKUP_TABLE,
            IpAddr::V6(_) => RouteFlags::empty(),
        };
        let mut question = Route::default()
            .family(crate::addr::family_of(destination))
            .dst_len(host.prefix_len())
            .flags(flags);
        question.dst = Some(destination.into());
        let (message, flags) = (RouteMessage::GET_ROUTE, MsgFlags::empty());
        self.executor
            .call(Simple::for_one(message, flags, Box::new(question)))
    }

    /// Yields the [`Route`] a packet like this would take: destination, and as far as given source,
    /// incoming interface, mark, user, protocol and ports.
    ///
    /// Equivalent to `ip route get … from … iif … mark …`. Sends `RTM_GETROUTE`. Needs no privilege.
    /// With [`RouteFlags::FIB_MATCH`] the answer is the entry of the table that matched; with
    /// [`RouteFlags::LOOKUP_TABLE`] it names the table.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Route;
    /// use netlink::generated::core::AddressFamily;
    /// use netlink::generated::route::route::{RouteAddr, RouteFlags};
    ///
    /// let question = Route::default()
    ///     .family(AddressFamily::INET)
    ///     .dst(RouteAddr::Inet([198, 51, 100, 7].into()))
    ///     .dst_len(32)
    ///     .mark(4u32)
    ///     .flags(RouteFlags::FIB_MATCH);
    /// let entry = nl.routes().look_up(&question)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn look_up<'b>(&self, question: &'b Route) -> E::Call<'e, Simple<'b, Route, One<Route>>> {
        let (message, flags) = (RouteMessage::GET_ROUTE, MsgFlags::empty());
        self.executor
            .call(Simple::for_one(message, flags, question.complete()))
    }

    fn send<'b>(&self, flags: MsgFlags, route: &'b Route) -> E::Call<'e, Send<'b>> {
        self.executor.call(Simple::new(
            RouteMessage::NEW_ROUTE,
            flags,
            route.complete(),
        ))
    }
}

impl<'e, E: Lister> Routes<'e, E> {
    /// Yields a [`Dump`](crate::list::Dump) of [`Route`]s.
    ///
    /// Equivalent to `ip route show`, with `table all` unless the filter names a table. Sends
    /// `RTM_GETROUTE` with `NLM_F_DUMP`; the kernel filters by family, table, interface, protocol
    /// and type. Needs no privilege.
    ///
    /// # Errors
    /// - `ENODEV`: the filter names an interface that does not exist.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::route::RouteFilter;
    ///
    /// for route in nl.routes().list(&RouteFilter::main())?.into_vec()? {
    ///     println!("{:?} via {:?}", route.destination(), route.next_hop_ip());
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn list(&self, filter: &RouteFilter) -> E::List<'e, RouteListing> {
        self.executor.list(RouteListing::new(filter.clone()))
    }

    /// Yields each [`Route`] as it comes, and then how the dump ended; nothing is retried, and no more
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
    /// let mut routes = nl.routes().iter(&Default::default());
    /// for route in &mut routes {
    ///     println!("{route:?}");
    /// }
    /// routes.end()?.into_count()?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn iter(&self, filter: &RouteFilter) -> E::Iter<'e, RouteListing> {
        self.executor.iter(RouteListing::new(filter.clone()))
    }

    /// Yields how many there were. Hands each route to `each` as a view, without a copy and without
    /// a retry: the way to look through a full table.
    ///
    /// As [`list`](Self::list).
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::route::RouteFilter;
    ///
    /// let mut longest = 0;
    /// nl.routes().scan(&RouteFilter::main(), |route| longest = longest.max(route.dst_len()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn scan<F, R>(&self, filter: &RouteFilter, each: F) -> E::Scan<'e, RouteListing, F, R>
    where
        F: FnMut(RouteView<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.executor.scan(RouteListing::new(filter.clone()), each)
    }
}
