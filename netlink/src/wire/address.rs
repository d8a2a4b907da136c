//! Addresses: [`MacAddr`], [`HwAddr`], [`InetAddr`].

use super::context::{Cx, Key};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError};
use super::kind::{FixedKind, Kind};
use super::layout::Layout;
use super::schema::{Case, CaseKey, Shape, UnionSchema};
use super::small::SmallBytes;
use super::value::Value;
use crate::generated::core::AddressFamily;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Prints octets as `52:54:00:12:34:56`.
fn show(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            f.write_str(":")?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

/// Text that is not a list of two-digit hexadecimal octets joined by colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a link-layer address: expected hexadecimal octets joined by colons")]
pub struct ParseAddrError;

fn parse(text: &str) -> Result<Vec<u8>, ParseAddrError> {
    text.split(':')
        .map(|octet| match octet.len() {
            1 | 2 if octet.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                u8::from_str_radix(octet, 16).map_err(|_| ParseAddrError)
            }
            _ => Err(ParseAddrError),
        })
        .collect()
}

/// An Ethernet address of six octets.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr(pub [u8; 6]);

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

impl fmt::Debug for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

impl From<[u8; 6]> for MacAddr {
    fn from(octets: [u8; 6]) -> Self {
        MacAddr(octets)
    }
}

impl FromStr for MacAddr {
    type Err = ParseAddrError;

    fn from_str(text: &str) -> Result<Self, ParseAddrError> {
        parse(text)?
            .try_into()
            .map(MacAddr)
            .map_err(|_| ParseAddrError)
    }
}

impl Layout for MacAddr {
    const SIZE: usize = 6;
    const ALIGN: usize = 1;
    const SHAPE: Shape = Shape::Mac;

    #[inline]
    fn read(bytes: &[u8]) -> Self {
        MacAddr(Layout::read(bytes))
    }

    #[inline]
    fn write(&self, out: &mut [u8]) -> Result<(), EncodeError> {
        self.0.write(out)
    }
}

impl Value for MacAddr {
    type View<'a> = MacAddr;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Mac;

    #[inline]
    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
        bytes
            .try_into()
            .map(MacAddr)
            .map_err(|_| DecodeError::unrepresentable())
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
        Self::decode(bytes, cx)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        out.put(&self.0);
        Ok(())
    }

    #[inline]
    fn put_attr(value: &Self, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        out.put_bytes_attr(id_and_flags, &value.0, name);
    }
}

/// A link-layer address of any length: six octets on Ethernet, twenty on InfiniBand, four on an IPv4 tunnel.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HwAddr(SmallBytes);

impl HwAddr {
    /// The octets.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The address, if it has the length of an Ethernet address.
    pub fn to_mac(&self) -> Option<MacAddr> {
        self.as_bytes().try_into().ok().map(MacAddr)
    }

    /// The address, if it has the length of an IP address, as on tunnels.
    pub fn to_ip(&self) -> Option<IpAddr> {
        let bytes = self.as_bytes();
        match <[u8; 4]>::try_from(bytes) {
            Ok(octets) => Some(Ipv4Addr::from(octets).into()),
            Err(_) => <[u8; 16]>::try_from(bytes)
                .ok()
                .map(|octets| Ipv6Addr::from(octets).into()),
        }
    }
}

impl fmt::Display for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.as_bytes(), f)
    }
}

impl fmt::Debug for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.as_bytes(), f)
    }
}

impl From<&[u8]> for HwAddr {
    fn from(octets: &[u8]) -> Self {
        HwAddr(SmallBytes::from(octets))
    }
}

impl From<MacAddr> for HwAddr {
    fn from(mac: MacAddr) -> Self {
        HwAddr::from(mac.0.as_slice())
    }
}

impl From<[u8; 6]> for HwAddr {
    fn from(octets: [u8; 6]) -> Self {
        HwAddr::from(octets.as_slice())
    }
}

impl FromStr for HwAddr {
    type Err = ParseAddrError;

    fn from_str(text: &str) -> Result<Self, ParseAddrError> {
        parse(text).map(|octets| HwAddr::from(octets.as_slice()))
    }
}

impl Value for HwAddr {
    type View<'a> = HwAddr;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::HwAddr;

    #[inline]
    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
        Ok(HwAddr::from(bytes))
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
        Self::decode(bytes, cx)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        out.put(self.as_bytes());
        Ok(())
    }

    fn put_attr(value: &Self, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        match value.0.padded() {
            Some(padded) => out.put_small_attr(id_and_flags, &padded, value.as_bytes().len()),
            None => out.put_bytes_attr(id_and_flags, value.as_bytes(), name),
        }
    }
}

/// An address in a union of sixteen bytes whose family another member tells (`xfrm_address_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InetAddr {
    /// IPv4, with twelve zero bytes behind it.
    V4(Ipv4Addr),
    /// IPv6.
    V6(Ipv6Addr),
    /// Another family, or IPv4 with something behind it.
    Raw([u8; 16]),
}

impl Default for InetAddr {
    fn default() -> Self {
        InetAddr::Raw([0; 16])
    }
}

impl From<IpAddr> for InetAddr {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => InetAddr::V4(address),
            IpAddr::V6(address) => InetAddr::V6(address),
        }
    }
}

impl InetAddr {
    /// The address, if its family is IPv4 or IPv6.
    pub const fn to_ip(self) -> Option<IpAddr> {
        match self {
            InetAddr::V4(address) => Some(IpAddr::V4(address)),
            InetAddr::V6(address) => Some(IpAddr::V6(address)),
            InetAddr::Raw(_) => None,
        }
    }
}

const fn case(name: &'static str, family: AddressFamily, shape: Shape) -> Case {
    Case {
        name,
        key: Some(CaseKey::Int(family.0 as u64)),
        or: None,
        shape: Some(shape),
    }
}

/// The cases of an address in a struct.
fn by_family() -> &'static UnionSchema {
    static SCHEMA: UnionSchema = UnionSchema {
        name: "InetAddr",
        cases: &[
            case("V4", AddressFamily::INET, Shape::Ipv4),
            case("V6", AddressFamily::INET6, Shape::Ipv6),
        ],
    };
    &SCHEMA
}

impl FixedKind for InetAddr {
    const SIZE: usize = 16;
    const ALIGN: usize = 4;
    const SHAPE: Shape = Shape::FixedUnion {
        size: <Self as FixedKind>::SIZE,
        of: by_family,
    };

    fn read(family: u64, bytes: &[u8]) -> Self {
        let raw = <[u8; 16]>::read(bytes);
        if family == u64::from(AddressFamily::INET6.0) {
            return InetAddr::V6(raw.into());
        }
        match raw {
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                if family == u64::from(AddressFamily::INET.0) =>
            {
                InetAddr::V4(Ipv4Addr::new(a, b, c, d))
            }
            _ => InetAddr::Raw(raw),
        }
    }

    fn write(&self, out: &mut [u8]) -> Result<(), EncodeError> {
        match self {
            InetAddr::V4(address) => address.octets().write(out),
            InetAddr::V6(address) => address.octets().write(out),
            InetAddr::Raw(raw) => raw.write(out),
        }
    }
}

/// As an attribute: sixteen bytes, whose family a header or sibling tells.
impl Kind for InetAddr {
    type View<'a> = InetAddr;
    type Selector = u64;

    fn schema() -> &'static UnionSchema {
        static SCHEMA: UnionSchema = UnionSchema {
            name: "InetAddr",
            cases: &[
                case("V6", AddressFamily::INET6, Shape::Ipv6),
                Case {
                    name: "Raw",
                    key: None,
                    or: None,
                    shape: Some(Shape::Inet),
                },
            ],
        };
        &SCHEMA
    }

    fn decode_to(
        place: &mut Option<Self>,
        key: Key<'_>,
        data: Option<&[u8]>,
        _: Cx<'_>,
    ) -> Result<(), DecodeError> {
        match (key, data) {
            (Key::Int(family), Some(bytes)) if bytes.len() == 16 => {
                *place = Some(Self::read(family, bytes));
                Ok(())
            }
            _ => Err(DecodeError::unrepresentable()),
        }
    }

    fn view<'a>(key: Key<'a>, data: Option<&'a [u8]>, cx: Cx<'a>) -> Result<Self, DecodeError> {
        <Self as Kind>::decode(key, data, cx)
    }

    fn key(&self) -> Option<Key<'_>> {
        None
    }

    fn has_data(&self) -> bool {
        true
    }

    fn nested(&self) -> bool {
        false
    }

    fn encode_data(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        self.write(out.zeroed(16))
    }
}
