//! Which rules a list shows: [`RuleFilter`].

use crate::conn::Request;
use crate::error::Result;
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::route::RouteTable;
use crate::generated::route::rule::{Rule, RuleView};
use crate::list::Listing;
use crate::wire::DecodeError;

/// Which rules to show; the default is all of all families.
///
/// ```
/// use netlink::rule::RuleFilter;
/// use netlink::generated::core::AddressFamily;
///
/// let filter = RuleFilter::new().family(AddressFamily::INET).priority(1000);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleFilter {
    family: AddressFamily,
    table: Option<RouteTable>,
    priority: Option<u32>,
}

impl RuleFilter {
    /// All rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of this family.
    #[must_use]
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.family = family;
        self
    }

    /// Those that look in this table.
    #[must_use]
    pub fn table(mut self, table: RouteTable) -> Self {
        self.table = Some(table);
        self
    }

    /// Those at this place in the order.
    #[must_use]
    pub fn priority(mut self, priority: u32) -> Self {
        self.priority = Some(priority);
        self
    }
}

/// The request and the filter behind [`Rules::list`](super::Rules::list).
#[derive(Clone, Debug)]
pub struct RuleListing(RuleFilter);

impl RuleListing {
    /// The listing of what the filter shows.
    pub fn new(filter: RuleFilter) -> Self {
        Self(filter)
    }
}

impl Listing for RuleListing {
    type Item = Rule;

    fn request(&self, buf: &mut Vec<u8>, _: bool) -> Result<Request> {
        // The kernel filters by nothing but the family, and refuses everything else.
        let rule = Rule::default().family(self.0.family);
        Request::encode(buf, RouteMessage::GET_RULE, MsgFlags::DUMP, &rule)
    }

    fn keeps(&self, view: &RuleView<'_>) -> Result<bool, DecodeError> {
        let Self(filter) = self;
        if filter.family != AddressFamily::UNSPEC && filter.family != view.family() {
            return Ok(false);
        }
        if let Some(priority) = filter.priority {
            // The first rule comes without its priority.
            if view.priority()?.unwrap_or_default() != priority {
                return Ok(false);
            }
        }
        match filter.table {
            None => Ok(true),
            Some(table) => Ok(view.table()?.unwrap_or_else(|| view.table8()) == table),
        }
    }
}
