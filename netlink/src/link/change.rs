//! What a request changes of an interface: [`LinkChange`].

use crate::error::{Error, Kind, Result};
use crate::generated::core::AddressFamily;
use crate::generated::route::RouteMessage;
use crate::generated::route::bridge::BridgePort;
use crate::generated::route::link::{ArpHrd, Link, LinkFlags, LinkInfo, SlaveKind};
use crate::wire::{Encoder, Value};

/// A change of an interface: the attributes that are set, and the flags that are selected. What is
/// absent stays as it is.
///
/// ```
/// use netlink::generated::route::link::Link;
/// use netlink::link::LinkChange;
///
/// let change = LinkChange::new().with(|link| link.mtu(9000u32).group(7u32)).up();
/// # let before = Link::default().mtu(1500u32);
/// let mut after = before.clone();
/// after.mtu = Some(9000);
/// let change = LinkChange::between(&before, &after)?;
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkChange(Link);

impl LinkChange {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What has to change for an interface that is like `before` to be like `after`.
    ///
    /// Read an interface, change the copy, and this is the request that changes just that. An
    /// attribute that `after` lacks is not taken away: the kernel has no request for that.
    ///
    /// # Errors
    /// Where `after` holds something that no request can say, such as a name with a NUL.
    pub fn between(before: &Link, after: &Link) -> Result<Self> {
        let operation = RouteMessage::NEW_LINK.name;
        let mut change = after
            .changes_from(before)
            .map_err(|source| Error::from(Kind::Encode { operation, source }))?
            .unwrap_or_default();
        let flipped = before.flags ^ after.flags;
        change.family = AddressFamily::UNSPEC;
        change.hw_type = ArpHrd::default();
        change.index = 0;
        change.flags = after.flags & flipped;
        change.change = flipped;
        Ok(Self(change))
    }

    /// Sets attributes, with the setters of [`Link`].
    #[must_use]
    pub fn with(self, set: impl FnOnce(Link) -> Link) -> Self {
        Self(set(self.0))
    }

    /// Sets the flags in `mask` to what `flags` says, and leaves the others.
    #[must_use]
    pub fn flags(mut self, mask: LinkFlags, flags: LinkFlags) -> Self {
        self.0.flags = (self.0.flags - mask) | (flags & mask);
        self.0.change |= mask;
        self
    }

    /// Brings the interface up.
    #[must_use]
    pub fn up(self) -> Self {
        self.flags(LinkFlags::UP, LinkFlags::UP)
    }

    /// Takes the interface down.
    #[must_use]
    pub fn down(self) -> Self {
        self.flags(LinkFlags::UP, LinkFlags::empty())
    }

    /// Changes settings of the interface as port of a bridge.
    #[must_use]
    pub fn bridge_port(self, port: BridgePort) -> Self {
        let kind = SlaveKind::Bridge(Some(Box::new(port)));
        self.with(|link| link.link_info(LinkInfo::default().slave_kind(kind)))
    }

    /// The attributes and flags.
    pub fn as_link(&self) -> &Link {
        &self.0
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        // A comparison of the structs would be code for every kind of interface.
        let encoded = |link: &Link| {
            let mut bytes = Vec::new();
            let outcome = link.encode(&mut Encoder::request(&mut bytes));
            outcome.map(|()| bytes)
        };
        match (encoded(&self.0), encoded(&Link::default())) {
            (Ok(change), Ok(nothing)) => change == nothing,
            // What cannot be sent is not nothing.
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_holds_only_what_differs() {
        let before = Link::default()
            .index(4u32)
            .mtu(1500u32)
            .name("a")
            .flags(LinkFlags::BROADCAST);
        let same = LinkChange::between(&before, &before).unwrap();
        assert!(same.is_empty(), "{same:?}");
        let mut after = before.clone();
        after.mtu = Some(9000);
        after.flags |= LinkFlags::UP;
        let change = LinkChange::between(&before, &after).unwrap();
        assert_eq!(
            change,
            LinkChange::new().with(|link| link.mtu(9000u32)).up()
        );
    }

    #[test]
    fn flags_accumulate() {
        let change = LinkChange::new()
            .up()
            .flags(LinkFlags::NOARP, LinkFlags::empty());
        assert_eq!(change.as_link().flags, LinkFlags::UP);
        assert_eq!(change.as_link().change, LinkFlags::UP | LinkFlags::NOARP);
        assert_eq!(change.down().as_link().flags, LinkFlags::empty());
    }
}
