//! Which addresses a list shows: [`AddressFilter`].

use crate::conn::Request;
use crate::error::Result;
use crate::generated::core::{AddressFamily, MsgFlags};
use crate::generated::route::RouteMessage;
use crate::generated::route::addr::{Address, AddressView};
use crate::generated::route::route::RouteScope;
use crate::list::Listing;
use crate::wire::DecodeError;

/// Which addresses to show; the default is all.
///
/// ```
/// use netlink::addr::AddressFilter;
/// use netlink::generated::core::AddressFamily;
///
/// let filter = AddressFilter::new().link(3).family(AddressFamily::INET6);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddressFilter {
    link: Option<u32>,
    family: AddressFamily,
    scope: Option<RouteScope>,
}

impl AddressFilter {
    /// All addresses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of the interface with this index.
    #[must_use]
    pub fn link(mut self, index: u32) -> Self {
        self.link = Some(index);
        self
    }

    /// Those of this family.
    #[must_use]
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.family = family;
        self
    }

    /// Those that are valid as far as this.
    #[must_use]
    pub fn scope(mut self, scope: RouteScope) -> Self {
        self.scope = Some(scope);
        self
    }
}

/// The request and the filter behind [`Addrs::list`](super::Addrs::list).
#[derive(Clone, Debug)]
pub struct AddressListing(AddressFilter);

impl AddressListing {
    /// The listing of what the filter shows.
    pub fn new(filter: AddressFilter) -> Self {
        Self(filter)
    }
}

impl Listing for AddressListing {
    type Item = Address;

    fn request(&self, buf: &mut Vec<u8>, strict: bool) -> Result<Request> {
        let Self(filter) = self;
        let mut address = Address::default().family(filter.family);
        if strict {
            address.index = filter.link.unwrap_or_default();
        }
        Request::encode(buf, RouteMessage::GET_ADDR, MsgFlags::DUMP, &address)
    }

    fn keeps(&self, view: &AddressView<'_>) -> Result<bool, DecodeError> {
        let Self(filter) = self;
        let family = filter.family == AddressFamily::UNSPEC || filter.family == view.family();
        Ok(family
            && filter.link.is_none_or(|index| index == view.index())
            && filter.scope.is_none_or(|scope| scope == view.scope()))
    }
}
