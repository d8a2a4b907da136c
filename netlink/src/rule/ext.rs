//! Constructors and questions of [`Rule`] that the spec cannot know.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::addr::family_of;
use crate::generated::core::AddressFamily;
use crate::generated::route::route::{RouteProtocol, RouteTable};
use crate::generated::route::rule::{Rule, RuleAction, RuleFlags};
use crate::route::header_table;

/// What the kernel reports where nothing is suppressed.
const NOT_SUPPRESSED: u32 = u32::MAX;

impl Rule {
    /// A rule of a family (`AF_INET` or `AF_INET6`) that looks in a table.
    ///
    /// ```
    /// use netlink::generated::core::AddressFamily;
    /// use netlink::generated::route::{route::RouteTable, rule::Rule};
    ///
    /// let rule = Rule::look_in(AddressFamily::INET, RouteTable(100))
    ///     .from("192.0.2.0/24".parse().unwrap())
    ///     .priority(1000u32);
    /// assert_eq!(rule.source().unwrap().to_string(), "192.0.2.0/24");
    /// ```
    pub fn look_in(family: AddressFamily, table: RouteTable) -> Self {
        let mut rule = Self::acting(family, RuleAction::TO_TABLE);
        rule.table8 = header_table(table);
        rule.table = Some(table);
        rule
    }

    /// A rule of a family that does something else: blackhole, prohibit, nothing.
    pub fn acting(family: AddressFamily, action: RuleAction) -> Self {
        Self::default()
            .family(family)
            .action(action)
            .protocol(RouteProtocol::BOOT)
    }

    /// A rule that goes on with the one at `priority`, which must come later.
    pub fn jump(family: AddressFamily, priority: u32) -> Self {
        Self::acting(family, RuleAction::GOTO).goto(priority)
    }

    /// The same rule, for packets from there only.
    #[must_use]
    pub fn from(mut self, source: IpNet) -> Self {
        let net = source.trunc();
        self.src_len = net.prefix_len();
        self.src = (net.prefix_len() > 0).then(|| net.addr());
        self
    }

    /// The same rule, for packets to there only.
    #[must_use]
    pub fn to(mut self, destination: IpNet) -> Self {
        let net = destination.trunc();
        self.dst_len = net.prefix_len();
        self.dst = (net.prefix_len() > 0).then(|| net.addr());
        self
    }

    /// The same rule, for all packets that do *not* match.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        self.flags |= RuleFlags::INVERT;
        self
    }

    /// Where packets must come from; `None` is anywhere.
    pub fn source(&self) -> Option<IpNet> {
        IpNet::new(self.src?, self.src_len).ok()
    }

    /// Where packets must go; `None` is anywhere.
    pub fn destination(&self) -> Option<IpNet> {
        IpNet::new(self.dst?, self.dst_len).ok()
    }

    /// The table it looks in; none for other actions, and for rules that take the table from a VRF.
    pub fn table_id(&self) -> Option<RouteTable> {
        let table = self.table.unwrap_or(self.table8);
        (self.action == RuleAction::TO_TABLE && table != RouteTable::UNSPEC).then_some(table)
    }

    /// The place in the order. The kernel does not send the priority of the rule that is first.
    pub fn order(&self) -> u32 {
        self.priority.unwrap_or_default()
    }

    /// Routes whose prefix is this long or shorter do not count.
    pub fn suppressed_prefix(&self) -> Option<u32> {
        self.suppress_prefixlen
            .filter(|length| *length != NOT_SUPPRESSED)
    }

    /// Routes through interfaces of this group do not count.
    pub fn suppressed_group(&self) -> Option<u32> {
        self.suppress_ifgroup
            .filter(|group| *group != NOT_SUPPRESSED)
    }

    /// The request for this rule: the family is filled in where only an address tells it.
    pub(super) fn complete(&self) -> Cow<'_, Self> {
        if self.family != AddressFamily::UNSPEC {
            return Cow::Borrowed(self);
        }
        let any: IpAddr = Ipv4Addr::UNSPECIFIED.into();
        let address = self.dst.or(self.src).unwrap_or(any);
        Cow::Owned(self.clone().family(family_of(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_is_no_condition() {
        let anything = "::/0".parse().unwrap();
        let rule = Rule::look_in(AddressFamily::INET6, RouteTable::MAIN).from(anything);
        assert_eq!((rule.source(), rule.src_len), (None, 0));
    }

    #[test]
    fn large_tables_leave_the_header() {
        let rule = Rule::look_in(AddressFamily::INET, RouteTable(1000));
        assert_eq!(
            (rule.table8, rule.table_id()),
            (RouteTable::COMPAT, Some(RouteTable(1000)))
        );
        assert_eq!(Rule::jump(AddressFamily::INET, 7).table_id(), None);
    }

    #[test]
    fn what_the_kernel_reports_for_nothing_is_nothing() {
        let rule = Rule::default()
            .suppress_prefixlen(u32::MAX)
            .suppress_ifgroup(4u32);
        assert_eq!(
            (rule.suppressed_prefix(), rule.suppressed_group()),
            (None, Some(4))
        );
    }

    #[test]
    fn the_family_follows_the_addresses() {
        let rule = Rule::default().from("2001:db8::/32".parse().unwrap());
        assert_eq!(rule.complete().family, AddressFamily::INET6);
        assert_eq!(Rule::default().complete().family, AddressFamily::INET);
    }
}
