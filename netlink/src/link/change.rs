//! What a request changes of an interface: [`LinkChange`].

use crate::error::{Error, Kind, Result};
use crate::generated::core::AddressFamily;
use crate::generated::route::RouteMessage;
use crate::generated::route::bridge::BridgePort;
use crate::generated::route::link::{ArpHrd, Link, LinkFlags, LinkInfo, LinkKind, SlaveKind};
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
        mask_vlan_flags(&mut change, before);
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

/// Lets a request change only the flags that differ. The kernel tells a mask of all bits, those it does not know
/// included, and takes only bits it knows.
fn mask_vlan_flags(change: &mut Link, before: &Link) {
    let Some(LinkKind::Vlan(Some(before))) = before.link_kind() else {
        return;
    };
    let kind = change
        .link_info
        .as_mut()
        .and_then(|info| info.kind.as_mut());
    if let (Some(LinkKind::Vlan(Some(vlan))), Some(before)) = (kind, before.flags) {
        if let Some(flags) = &mut vlan.flags {
            flags.mask = flags.flags ^ before.flags;
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
    fn flags_of_a_vlan_change_one_by_one() {
        use crate::generated::route::vlan::{VlanFlags, VlanFlagsMask, VlanLink};
        let vlan = |flags, mask| {
            let flags = VlanFlagsMask { flags, mask };
            let settings = VlanLink::default().id(7u16).flags(flags);
            Link::of_kind("v", LinkKind::Vlan(Some(Box::new(settings))))
        };
        let all = VlanFlags::from_bits_retain(u32::MAX);
        let before = vlan(VlanFlags::REORDER_HDR, all);
        let after = vlan(VlanFlags::REORDER_HDR | VlanFlags::GVRP, all);
        let change = LinkChange::between(&before, &after).unwrap();
        let Some(LinkKind::Vlan(Some(vlan))) = change.as_link().link_kind() else {
            panic!("{change:?}");
        };
        assert_eq!((vlan.id, vlan.flags.unwrap().mask), (None, VlanFlags::GVRP));
    }

    #[test]
    #[cfg(feature = "link-kinds")]
    fn settings_that_a_request_replaces_are_all_in_it() {
        use crate::generated::route::ip_tunnel::IpipLink;
        let tunnel = |ttl: u8| {
            let settings = IpipLink::default().local([192, 0, 2, 1]).ttl(ttl);
            Link::of_kind("t", LinkKind::Ipip(Some(Box::new(settings)))).mtu(1400u32)
        };
        let same = LinkChange::between(&tunnel(64), &tunnel(64)).unwrap();
        assert!(same.is_empty(), "{same:?}");
        let change = LinkChange::between(&tunnel(64), &tunnel(32)).unwrap();
        let wanted = tunnel(32).link_info;
        assert_eq!(
            (&change.as_link().link_info, change.as_link().mtu),
            (&wanted, None)
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
