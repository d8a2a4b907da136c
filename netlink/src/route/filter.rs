//! Which routes a list shows: [`RouteFilter`].

use ipnet::IpNet;

use super::ext::{header_table, table_of};
use crate::conn::Request;
use crate::error::{Errno, Result};
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::route::{
    Route, RouteFlags, RouteKind, RouteProtocol, RouteScope, RouteTable, RouteView,
};
use crate::list::Listing;
use crate::sys;
use crate::wire::DecodeError;

/// Which routes to show; the default is those of all tables and families.
///
/// Copies that the kernel made for single destinations (`RTM_F_CLONED`) are never shown.
///
/// ```
/// use netlink::route::RouteFilter;
/// use netlink::generated::route::route::RouteProtocol;
///
/// let by_hand = RouteFilter::main().protocol(RouteProtocol::STATIC);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RouteFilter {
    family: AddressFamily,
    table: Option<RouteTable>,
    oif: Option<u32>,
    protocol: Option<RouteProtocol>,
    kind: Option<RouteKind>,
    scope: Option<RouteScope>,
    destination: Option<IpNet>,
}

impl RouteFilter {
    /// All routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of the main table, which is what `ip route` shows.
    pub fn main() -> Self {
        Self::default().table(RouteTable::MAIN)
    }

    /// Those of this family.
    #[must_use]
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.family = family;
        self
    }

    /// Those of this table; none, if it does not exist.
    #[must_use]
    pub fn table(mut self, table: RouteTable) -> Self {
        self.table = Some(table);
        self
    }

    /// Those through the interface with this index, which may be one of several.
    #[must_use]
    pub fn oif(mut self, index: u32) -> Self {
        self.oif = Some(index);
        self
    }

    /// Those that this protocol set.
    #[must_use]
    pub fn protocol(mut self, protocol: RouteProtocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Those of this type.
    #[must_use]
    pub fn kind(mut self, kind: RouteKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Those of this scope.
    #[must_use]
    pub fn scope(mut self, scope: RouteScope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Those to exactly this destination; `0.0.0.0/0` and `::/0` are default routes.
    #[must_use]
    pub fn destination(mut self, destination: IpNet) -> Self {
        self.destination = Some(destination.trunc());
        self
    }
}

/// The request and the filter behind [`Routes::list`](super::Routes::list).
#[derive(Clone, Debug)]
pub struct RouteListing(RouteFilter);

impl RouteListing {
    /// The listing of what the filter shows.
    pub fn new(filter: RouteFilter) -> Self {
        Self(filter)
    }

    /// What the header does not tell.
    /// The view comes by value, so that nowhere else it has to be in memory.
    fn keeps_attributes(&self, view: RouteView<'_>) -> Result<bool, DecodeError> {
        let (Self(filter), view) = (self, &view);
        if let Some(table) = filter.table {
            if table != table_of(view)? {
                return Ok(false);
            }
        }
        if let Some(index) = filter.oif {
            if !leaves_by(view, index)? {
                return Ok(false);
            }
        }
        match filter.destination {
            None => Ok(true),
            Some(wanted) => {
                if view.dst_len() != wanted.prefix_len() {
                    return Ok(false);
                }
                // The rest is rare enough to be worth a copy.
                Ok(view.to_owned()?.destination() == Some(wanted))
            }
        }
    }
}

impl Listing for RouteListing {
    type Item = Route;

    fn request(&self, buf: &mut Vec<u8>, strict: bool) -> Result<Request> {
        let Self(filter) = self;
        let mut route = Route::default().family(filter.family);
        // A kernel that does not check strictly takes some of these for something else.
        if strict {
            if let Some(table) = filter.table {
                route.table8 = header_table(table);
                route.table = Some(table);
            }
            route.oif = filter.oif;
            route.protocol = filter.protocol.unwrap_or_default();
            route.kind = filter.kind.unwrap_or_default();
        }
        Request::encode(buf, RouteMessage::GET_ROUTE, MsgFlags::DUMP, &route)
    }

    // A call would need the view in memory; most routes are judged by their header.
    #[inline(always)]
    fn keeps(&self, view: &RouteView<'_>) -> Result<bool, DecodeError> {
        let Self(filter) = self;
        let header = (filter.family == AddressFamily::UNSPEC || filter.family == view.family())
            && !view.flags().contains(RouteFlags::CLONED)
            && filter
                .protocol
                .is_none_or(|protocol| protocol == view.protocol())
            && filter.kind.is_none_or(|kind| kind == view.kind())
            && filter.scope.is_none_or(|scope| scope == view.scope());
        let more = filter.table.is_some() || filter.oif.is_some() || filter.destination.is_some();
        match (header, more) {
            (true, true) => self.keeps_attributes(*view),
            (header, _) => Ok(header),
        }
    }

    fn is_empty(&self, errno: Errno) -> bool {
        // The table exists once it has a route.
        self.0.table.is_some() && sys::is::no_entry(errno.0)
    }
}

/// Whether one of the ways of a route leaves by the interface.
fn leaves_by(view: &RouteView<'_>, index: u32) -> Result<bool, DecodeError> {
    if let Some(oif) = view.oif()? {
        return Ok(oif == index);
    }
    if let Some(hops) = view.multipath()? {
        for hop in hops {
            if hop?.index() == index {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
