//! The verbs: [`Rules`].

use super::filter::{RuleFilter, RuleListing};
use crate::exec::{Executor, Flow, Lister};
use crate::generated::core::MsgFlags;
use crate::generated::route::RouteMessage;
use crate::generated::route::rule::{Rule, RuleView};
use crate::op::Simple;

/// Rules that choose a routing table, as `ip rule` has them; get it with `rules()` of a handle.
///
/// Everything that changes something needs `CAP_NET_ADMIN` in the user namespace that owns the
/// network namespace; without it the error is [`is_permission`](crate::Error::is_permission).
///
/// A family of 0 is filled in from source or destination, and is IPv4 where neither is given.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'e, E> {
    executor: &'e E,
}

impl<'e, E> Rules<'e, E> {
    /// The verbs, carried out by `executor`.
    pub fn new(executor: &'e E) -> Self {
        Self { executor }
    }
}

impl<'e, E: Executor> Rules<'e, E> {
    /// Yields nothing. Adds a rule; without a priority it comes before the rule for the main table,
    /// and before those added so earlier.
    ///
    /// Equivalent to `ip rule add`. Sends `RTM_NEWRULE` with `NLM_F_CREATE` and `NLM_F_EXCL`. Needs
    /// `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `EEXIST`: there is exactly this rule.
    /// - `EINVAL`: a jump backwards, or a table missing.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Rule;
    /// use netlink::generated::core::AddressFamily;
    /// use netlink::generated::route::route::RouteTable;
    ///
    /// nl.rules().add(&Rule::look_in(AddressFamily::INET, RouteTable(100)).fwmark(7u32))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn add<'b>(&self, rule: &'b Rule) -> E::Call<'e, Simple<'b, Rule>> {
        let flags = MsgFlags::CREATE | MsgFlags::EXCL;
        self.executor
            .call(Simple::new(RouteMessage::NEW_RULE, flags, rule.complete()))
    }

    /// Yields nothing. Removes the first rule that has everything `rule` says; what it does not say
    /// does not count.
    ///
    /// Equivalent to `ip rule delete`. Sends `RTM_DELRULE`. Needs `CAP_NET_ADMIN`.
    ///
    /// # Errors
    /// - `ENOENT`: there is no such rule.
    /// - `EPERM`: it is one of those the kernel insists on.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// use netlink::Rule;
    /// use netlink::generated::core::AddressFamily;
    ///
    /// nl.rules().delete(&Rule::default().family(AddressFamily::INET).priority(1000u32))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete<'b>(&self, rule: &'b Rule) -> E::Call<'e, Simple<'b, Rule>> {
        let (message, flags) = (RouteMessage::DEL_RULE, MsgFlags::empty());
        self.executor
            .call(Simple::new(message, flags, rule.complete()))
    }
}

impl<'e, E: Lister> Rules<'e, E> {
    /// Yields a [`Dump`](crate::list::Dump) of [`Rule`]s, in the order of the kernel: by family, then
    /// by priority.
    ///
    /// Equivalent to `ip rule show` and `ip -6 rule show`. Sends `RTM_GETRULE` with `NLM_F_DUMP`; the
    /// kernel filters by family. Needs no privilege.
    ///
    /// # Errors
    /// - `EAFNOSUPPORT`: the family has no rules.
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// for rule in nl.rules().list(&Default::default())?.into_vec()? {
    ///     println!("{}: {:?}", rule.order(), rule.table_id());
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn list(&self, filter: &RuleFilter) -> E::List<'e, RuleListing> {
        self.executor.list(RuleListing::new(filter.clone()))
    }

    /// Yields each [`Rule`] as it comes, and then how the dump ended; nothing is retried, and no more
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
    /// let mut rules = nl.rules().iter(&Default::default());
    /// for rule in &mut rules {
    ///     println!("{rule:?}");
    /// }
    /// rules.end()?.into_count()?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn iter(&self, filter: &RuleFilter) -> E::Iter<'e, RuleListing> {
        self.executor.iter(RuleListing::new(filter.clone()))
    }

    /// Yields how many there were. Hands each rule to `each` as a view, without a copy and without a
    /// retry.
    ///
    /// As [`list`](Self::list).
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Examples
    /// ```no_run
    /// # let nl = netlink::Netlink::new();
    /// nl.rules().scan(&Default::default(), |rule| println!("{:?}", rule.action()))?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn scan<F, R>(&self, filter: &RuleFilter, each: F) -> E::Scan<'e, RuleListing, F, R>
    where
        F: FnMut(RuleView<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        self.executor.scan(RuleListing::new(filter.clone()), each)
    }
}
