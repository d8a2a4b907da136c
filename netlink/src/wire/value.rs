//! What can be the payload of an attribute or the body of a message: [`Value`].

use super::codec::Native;
use super::context::Cx;
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError};
use super::growth::Growth;
use super::kind::place;
use super::layout::Layout;
use super::put::put_with;
use super::schema::{Shape, difference};
use super::set::{Walk, take_case};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A type with a form of its own as a payload.
///
/// Derived by `Attrs` (attribute sets), `Layout` (fixed structs), and the attribute macros `open_enum` and `flags`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form as the payload of an attribute",
    label = "no wire form",
    note = "derive `Attrs` or `Layout` for a struct, `Time` for a time; make an enum of numbers with `#[open_enum]` or `#[flags]`",
    note = "for a list, name its form: `as = Packed`, `as = Index<1>`, `as = Items<1>`, `as = Records`, or `repeat`"
)]
pub trait Value: Sized + Clone + PartialEq {
    /// What a view hands out without allocating.
    type View<'a>;
    /// Whether `NLA_F_NESTED` is set on an attribute with this payload.
    const NESTED: bool;
    /// The form, for schema users.
    const SHAPE: Shape;

    /// Decodes a whole payload.
    ///
    /// # Errors
    /// Says what is malformed, and where.
    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Self, DecodeError>;

    /// Looks at a payload without copying it.
    ///
    /// # Errors
    /// Says what is malformed, and where.
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self::View<'a>, DecodeError>;

    /// Appends the payload.
    ///
    /// # Errors
    /// Says what the kernel could not take.
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Decodes a whole payload into a box; large types do so where it stays.
    ///
    /// # Errors
    /// As [`Value::decode`].
    #[doc(hidden)]
    #[inline]
    fn decode_box(bytes: &[u8], cx: Cx<'_>) -> Result<Box<Self>, DecodeError> {
        Self::decode(bytes, cx).map(Box::new)
    }

    /// Decodes a whole payload into a place, from which what was there is dropped. After an error nothing is there.
    ///
    /// A large value is not moved there afterwards, which for a route of some 400 bytes would take a quarter of the time that it
    /// takes to decode one. Lists and streams decode so.
    ///
    /// # Errors
    /// As [`Value::decode`].
    #[inline]
    fn decode_to(place: &mut Option<Self>, bytes: &[u8], cx: Cx<'_>) -> Result<(), DecodeError> {
        *place = None;
        *place = Some(Self::decode(bytes, cx)?);
        Ok(())
    }

    /// Decodes a whole payload to the end of a list; large types do so where it stays.
    ///
    /// # Errors
    /// As [`Value::decode`].
    #[doc(hidden)]
    #[inline]
    fn decode_push(list: &mut Vec<Self>, bytes: &[u8], cx: Cx<'_>) -> Result<(), DecodeError> {
        list.push(Self::decode(bytes, cx)?);
        Ok(())
    }

    /// Decodes the attribute at hand into a field of a set.
    #[doc(hidden)]
    #[inline(never)]
    fn take_attr(slot: &mut Option<Self>, walk: &mut Walk<'_>, payload: &[u8], name: &'static str) {
        walk.settle(slot, Self::decode(payload, walk.cx()), name);
    }

    /// Decodes the attribute at hand into a case of a union.
    #[doc(hidden)]
    #[inline]
    fn take_case<K>(
        slot: &mut Option<K>,
        walk: &mut Walk<'_>,
        payload: &[u8],
        name: &'static &'static str,
        case: impl FnOnce(Self) -> K,
    ) {
        take_case::<Self, Native, K>(slot, walk, payload, name, case);
    }

    /// Writes a whole attribute.
    #[doc(hidden)]
    #[inline(never)]
    fn put_attr(value: &Self, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        put_with(value, id_and_flags, name, out, Self::encode);
    }

    /// What of `self` differs from `base`, for a request that changes only that; `None` if nothing does.
    ///
    /// Sets answer attribute by attribute, at every depth; the header of a set and the selector of a union stay.
    /// What only the kernel sends does not count. An attribute that `base` has and `self` lacks has no form in a request.
    ///
    /// # Errors
    /// Says what the kernel could not take.
    fn changes_from(&self, base: &Self) -> Result<Option<Self>, EncodeError> {
        let (mut new, mut old) = (Vec::new(), Vec::new());
        self.encode(&mut Encoder::request(&mut new))?;
        base.encode(&mut Encoder::request(&mut old))?;
        // What was just encoded decodes.
        Ok(difference(&Self::SHAPE, &new, &old)
            .and_then(|bytes| Self::decode(&bytes, Cx::to_kernel()).ok()))
    }
}

impl<T: Value> Value for Box<T> {
    type View<'a> = T::View<'a>;
    const NESTED: bool = T::NESTED;
    const SHAPE: Shape = T::SHAPE;

    #[inline]
    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Self, DecodeError> {
        T::decode_box(bytes, cx)
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<T::View<'a>, DecodeError> {
        T::view(bytes, cx)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode(self, out)
    }
}

/// Bytes that nobody but their user interprets.
impl Value for Vec<u8> {
    type View<'a> = &'a [u8];
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Bytes;

    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
        Ok(bytes.to_vec())
    }

    fn view<'a>(bytes: &'a [u8], _: Cx<'a>) -> Result<&'a [u8], DecodeError> {
        Ok(bytes)
    }

    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        out.put(self);
        Ok(())
    }

    fn put_attr(value: &Self, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        out.put_bytes_attr(id_and_flags, value, name);
    }
}

macro_rules! by_bytes {
    ($type:ty, $len:literal, $shape:expr) => {
        impl Value for $type {
            type View<'a> = $type;
            const NESTED: bool = false;
            const SHAPE: Shape = $shape;

            #[inline]
            fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
                match <[u8; $len]>::try_from(bytes) {
                    Ok(octets) => Ok(octets.into()),
                    // Another length is another family's address.
                    Err(_) => Err(DecodeError::unrepresentable()),
                }
            }

            #[inline]
            fn take_case<K>(
                slot: &mut Option<K>,
                walk: &mut Walk<'_>,
                payload: &[u8],
                name: &'static &'static str,
                case: impl FnOnce(Self) -> K,
            ) {
                match <[u8; $len]>::try_from(payload) {
                    Ok(octets) if walk.is_plain(slot) => place(slot, case(octets.into())),
                    _ => take_case::<Self, Native, K>(slot, walk, payload, name, case),
                }
            }

            #[inline]
            fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
                Self::decode(bytes, cx)
            }

            #[inline]
            fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
                out.put(&self.octets());
                Ok(())
            }

            #[inline]
            fn put_attr(value: &Self, id_and_flags: u16, _: &'static str, out: &mut Encoder<'_>) {
                let mut attr = [0; 4 + $len];
                if let Some(payload) = attr.last_chunk_mut() {
                    *payload = value.octets();
                }
                out.put_fixed_attr(id_and_flags, $len, attr);
            }
        }

        impl Layout for $type {
            const SIZE: usize = $len;
            // `struct in6_addr` holds 32-bit words, `struct in_addr` one.
            const ALIGN: usize = 4;
            const SHAPE: Shape = $shape;

            #[inline]
            fn read(bytes: &[u8]) -> Self {
                <[u8; $len] as Layout>::read(bytes).into()
            }

            #[inline]
            fn write(&self, out: &mut [u8]) -> Result<(), EncodeError> {
                self.octets().write(out)
            }
        }
    };
}

by_bytes!(Ipv4Addr, 4, Shape::Ipv4);
by_bytes!(Ipv6Addr, 16, Shape::Ipv6);

/// An address whose family shows in its length; another length does not fit.
impl Value for IpAddr {
    type View<'a> = IpAddr;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Ip;

    #[inline]
    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<Self, DecodeError> {
        if bytes.len() == 4 {
            Ipv4Addr::decode(bytes, cx).map(IpAddr::V4)
        } else {
            Ipv6Addr::decode(bytes, cx).map(IpAddr::V6)
        }
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
        Self::decode(bytes, cx)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        match self {
            IpAddr::V4(address) => address.encode(out),
            IpAddr::V6(address) => address.encode(out),
        }
    }

    fn put_attr(value: &Self, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        match value {
            IpAddr::V4(address) => Ipv4Addr::put_attr(address, id_and_flags, name, out),
            IpAddr::V6(address) => Ipv6Addr::put_attr(address, id_and_flags, name, out),
        }
    }
}

/// A fixed struct with what may follow it; implemented by `derive(Layout)`.
#[doc(hidden)]
pub trait Struct: Sized {
    /// Bytes of the fixed members.
    const FIXED: usize;
    /// The smallest size ever sent.
    const LEAST: usize;
    /// Whether other sizes are kept in a [`Growth`].
    const GROWS: bool;
    /// Whether a tail follows the fixed members.
    const TAIL: bool;

    /// Reads the fixed members and the tail. `bytes` has at least `LEAST` bytes.
    fn read_all(bytes: &[u8], cx: Cx<'_>) -> Result<Self, DecodeError>;

    /// Appends the fixed members; the first error is noted.
    fn put_fixed(&self, out: &mut Encoder<'_>);

    /// Writes the fixed members over zeroed bytes; the first error is noted.
    fn write_fixed(&self, out: &mut [u8], failed: &mut Option<EncodeError>);

    /// Appends the tail.
    #[inline]
    fn write_tail(&self, _: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Ok(())
    }

    /// How much longer or shorter it was on the wire.
    #[inline]
    fn growth(&self) -> Option<&Growth> {
        None
    }
}

/// Decodes a fixed struct that is a whole payload.
#[inline]
pub fn decode_struct<T: Struct>(bytes: &[u8], cx: Cx<'_>) -> Result<T, DecodeError> {
    if bytes.len() < T::LEAST {
        return Err(DecodeError::short(T::LEAST, bytes.len()));
    }
    if bytes.len() > T::FIXED && !T::GROWS && !T::TAIL {
        return Err(DecodeError::unrepresentable());
    }
    T::read_all(bytes, cx)
}

/// Encodes a fixed struct that is a whole payload, at the length it had.
#[inline]
pub fn encode_struct<T: Struct>(value: &T, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
    let start = out.position();
    value.put_fixed(out);
    if T::TAIL {
        if let Err(error) = value.write_tail(out) {
            out.fail(error);
        }
    }
    if let Some(growth) = value.growth() {
        growth.apply(start, T::FIXED, out);
    }
    out.outcome()
}

/// Writes a fixed struct that stands inside another.
pub fn write_struct<T: Struct>(value: &T, out: &mut [u8]) -> Result<(), EncodeError> {
    let mut failed = None;
    value.write_fixed(out, &mut failed);
    failed.map_or(Ok(()), Err)
}

/// Reads a fixed struct without a tail that stands inside another.
#[inline]
pub fn read_fixed<T: Struct + Default>(bytes: &[u8]) -> T {
    // Without a tail nothing can be malformed.
    T::read_all(bytes, Cx::from_kernel()).unwrap_or_default()
}
