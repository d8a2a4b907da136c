//! Which interfaces a list shows: [`LinkFilter`].

use crate::conn::Request;
use crate::error::Result;
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::link::{
    ExtFilter, Link, LinkFlags, LinkKindQuery, LinkQuery, LinkView,
};
use crate::list::Listing;
use crate::wire::{DecodeError, NlString};

/// Which interfaces to show, and how much of them; the default is all, with what the kernel usually
/// tells.
///
/// ```
/// use netlink::link::LinkFilter;
///
/// let ports = LinkFilter::new().master(4).up(true);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkFilter {
    master: Option<u32>,
    kind: Option<NlString>,
    up: Option<bool>,
    details: ExtFilter,
    family: AddressFamily,
}

impl LinkFilter {
    /// All interfaces.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those that belong to the bridge, bond, team or VRF with this index.
    #[must_use]
    pub fn master(mut self, index: u32) -> Self {
        self.master = Some(index);
        self
    }

    /// Those of this kind, such as `vlan`.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<NlString>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Those that are up, or those that are down.
    #[must_use]
    pub fn up(mut self, up: bool) -> Self {
        self.up = Some(up);
        self
    }

    /// What to tell beyond, or short of, the usual: virtual functions, VLANs of bridges, fewer counters.
    ///
    /// The SNMP counters of IPv6 are most of what a list of interfaces costs; who does not look at them
    /// asks for [`ExtFilter::SKIP_STATS`]. The counters of the interface itself come all the same.
    #[must_use]
    pub fn details(mut self, details: ExtFilter) -> Self {
        self.details = details;
        self
    }

    /// Shows bridges and their ports as such (`AF_BRIDGE`): port settings in `protinfo`, VLANs in
    /// `af_spec`.
    #[must_use]
    pub fn bridge_ports(mut self) -> Self {
        self.family = AddressFamily::BRIDGE;
        self
    }
}

/// The request and the filter behind [`Links::list`](super::Links::list).
#[derive(Clone, Debug)]
pub struct LinkListing(LinkFilter);

impl LinkListing {
    /// The listing of what the filter shows.
    pub fn new(filter: LinkFilter) -> Self {
        Self(filter)
    }
}

impl Listing for LinkListing {
    type Item = Link;

    fn request(&self, buf: &mut Vec<u8>, _: bool) -> Result<Request> {
        let mut link = LinkQuery::default().family(self.0.family);
        if !self.0.details.is_empty() {
            link.ext_mask = Some(self.0.details);
        }
        // Dumps of bridges and ports are not filtered by the kernel, which refuses the attributes.
        if self.0.family == AddressFamily::UNSPEC {
            link.master = self.0.master;
            if let Some(kind) = &self.0.kind {
                link = link.link_info(LinkKindQuery::default().kind(kind.clone()));
            }
        }
        Request::encode(buf, RouteMessage::GET_LINK, MsgFlags::DUMP, &link)
    }

    fn keeps(&self, view: &LinkView<'_>) -> Result<bool, DecodeError> {
        let Self(filter) = self;
        if filter
            .up
            .is_some_and(|up| up != view.flags().contains(LinkFlags::UP))
        {
            return Ok(false);
        }
        if filter.master.is_some() && view.master()? != filter.master {
            return Ok(false);
        }
        match &filter.kind {
            None => Ok(true),
            Some(wanted) => super::ext::has_kind(view, wanted),
        }
    }
}
