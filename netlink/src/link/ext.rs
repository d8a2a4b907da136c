//! Constructors and questions of [`Link`] that the spec cannot know.

use crate::generated::route::bridge::BridgeLink;
use crate::generated::route::link::{Link, LinkFlags, LinkInfo, LinkKind, LinkView};
use crate::generated::route::macvlan::{MacvlanLink, MacvlanMode};
use crate::generated::route::veth::VethLink;
use crate::generated::route::vlan::VlanLink;
use crate::generated::route::vxlan::VxlanLink;
use crate::wire::{DecodeError, Key, Kind, NlStr, NlString};

impl Link {
    /// An interface with a name, a kind and the settings of that kind.
    ///
    /// ```
    /// use netlink::generated::route::link::{Link, LinkKind};
    ///
    /// let link = Link::of_kind("ifb0", LinkKind::Ifb).mtu(9000u32);
    /// assert_eq!(link.kind_name().unwrap(), "ifb");
    /// ```
    pub fn of_kind(name: impl Into<NlString>, kind: LinkKind) -> Self {
        Self::default()
            .name(name)
            .link_info(LinkInfo::default().kind(kind))
    }

    /// An interface of a kind this version has no settings for, such as `nlmon` or `vcan`.
    pub fn of_kind_named(name: impl Into<NlString>, kind: impl Into<NlString>) -> Self {
        Self::of_kind(
            name,
            LinkKind::Other {
                kind: kind.into(),
                data: None,
            },
        )
    }

    /// A bridge with the kernel's defaults.
    pub fn bridge(name: impl Into<NlString>) -> Self {
        Self::of_kind(name, LinkKind::Bridge(None))
    }

    /// A bridge with settings.
    pub fn bridge_with(name: impl Into<NlString>, settings: BridgeLink) -> Self {
        Self::of_kind(name, LinkKind::Bridge(Some(Box::new(settings))))
    }

    /// An interface that swallows what is sent.
    pub fn dummy(name: impl Into<NlString>) -> Self {
        Self::of_kind(name, LinkKind::Dummy)
    }

    /// A pair of interfaces, each of which receives what the other sends; `peer` is the other one's
    /// name.
    pub fn veth(name: impl Into<NlString>, peer: impl Into<NlString>) -> Self {
        Self::veth_with(name, Self::default().name(peer))
    }

    /// As [`veth`](Self::veth), with attributes of the other one: its address, its namespace and
    /// so on. What `peer` does not say it does not inherit; say the same on both where that matters.
    pub fn veth_with(name: impl Into<NlString>, peer: Self) -> Self {
        let pair = VethLink::default().peer(peer);
        Self::of_kind(name, LinkKind::Veth(Some(Box::new(pair))))
    }

    /// VLAN `id` of the interface with index `parent`.
    pub fn vlan(name: impl Into<NlString>, parent: u32, id: u16) -> Self {
        let settings = VlanLink::default().id(id);
        Self::of_kind(name, LinkKind::Vlan(Some(Box::new(settings)))).link(parent)
    }

    /// Ethernet over UDP with network identifier `vni`, on the port IANA assigned (4789): the kernel
    /// would default to an older one.
    pub fn vxlan(name: impl Into<NlString>, vni: u32) -> Self {
        Self::vxlan_with(name, VxlanLink::default().id(vni).port(VXLAN_PORT))
    }

    /// Ethernet over UDP with settings.
    pub fn vxlan_with(name: impl Into<NlString>, settings: VxlanLink) -> Self {
        Self::of_kind(name, LinkKind::Vxlan(Some(Box::new(settings))))
    }

    /// An interface with a link-layer address of its own on the one with index `parent`.
    pub fn macvlan(name: impl Into<NlString>, parent: u32, mode: MacvlanMode) -> Self {
        let settings = MacvlanLink::default().mode(mode);
        Self::of_kind(name, LinkKind::Macvlan(Some(Box::new(settings)))).link(parent)
    }

    /// As [`macvlan`](Self::macvlan), with a tap file in place of the network stack.
    pub fn macvtap(name: impl Into<NlString>, parent: u32, mode: MacvlanMode) -> Self {
        let settings = MacvlanLink::default().mode(mode);
        Self::of_kind(name, LinkKind::Macvtap(Some(Box::new(settings)))).link(parent)
    }

    /// The same link, to be created up.
    #[must_use]
    pub fn set_up(mut self) -> Self {
        self.flags |= LinkFlags::UP;
        self.change |= LinkFlags::UP;
        self
    }

    /// Whether it is administratively up.
    pub fn is_up(&self) -> bool {
        self.flags.contains(LinkFlags::UP)
    }

    /// Whether it is up and has carrier, so that traffic can flow.
    pub fn is_running(&self) -> bool {
        self.flags
            .contains(LinkFlags::UP | LinkFlags::RUNNING | LinkFlags::LOWER_UP)
    }

    /// Whether it is the loopback interface.
    pub fn is_loopback(&self) -> bool {
        self.flags.contains(LinkFlags::LOOPBACK)
    }

    /// Kind and settings; none for hardware and the loopback interface.
    pub fn link_kind(&self) -> Option<&LinkKind> {
        self.link_info.as_ref()?.kind.as_ref()
    }

    /// The name of the kind, such as `bridge`; none for hardware and the loopback interface.
    pub fn kind_name(&self) -> Option<NlStr<'_>> {
        self.link_kind()?.name()
    }
}

/// UDP port of VXLAN by IANA.
const VXLAN_PORT: u16 = 4789;

impl LinkKind {
    /// The name of the kind.
    pub fn name(&self) -> Option<NlStr<'_>> {
        match self.key() {
            Some(Key::Text(name)) => Some(name.into()),
            _ => None,
        }
    }
}

/// Whether a link is of the kind with this name.
pub(super) fn has_kind(view: &LinkView<'_>, wanted: &NlString) -> Result<bool, DecodeError> {
    let Some(info) = view.link_info()? else {
        return Ok(false);
    };
    let info = info.to_owned()?;
    let name = info.kind.as_ref().and_then(LinkKind::name);
    Ok(name.is_some_and(|name| name == wanted.as_nl_str()))
}
