//! Integers and what is made of them (open enums, flags, times): [`Int`].

use super::codec::{Codec as _, Wire, decode_int, encode_int, read_int, write_int};
use super::context::{Cx, Key, ToKey, ViewKey};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError};
use super::schema::{IntShape, Shape};
use super::set::{Walk, take_bool};
use super::value::Value;
use std::fmt;
use std::marker::PhantomData;

/// How the names of an integer type are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameStyle {
    /// A plain number.
    Plain,
    /// One name a value.
    Enum,
    /// A name a bit, or mask of bits.
    Flags,
    /// A time, with this many units a second.
    Time(u64),
    /// Named ranges of bits; the values are their places: first bit times 256, plus the number of bits.
    Parts,
}

/// The names that an integer type knows: Rust name, C name, value.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// How to apply them.
    pub style: NameStyle,
    /// Rust name, C name, value; in declaration order.
    pub values: &'static [(&'static str, &'static str, u64)],
}

impl Names {
    /// No names.
    pub const PLAIN: Names = Names {
        style: NameStyle::Plain,
        values: &[],
    };
}

/// A type that is one integer on the wire: 1, 2, 4 or 8 bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer on the wire",
    label = "not an integer",
    note = "integers are `u8` to `u64`, `i8` to `i64`, and what `Time`, `#[open_enum]` and `#[flags]` make"
)]
pub trait Int: Copy + PartialEq + fmt::Debug {
    /// Bytes on the wire.
    const SIZE: usize;
    /// Alignment in C structs.
    const ALIGN: usize;
    /// Whether negative values exist.
    const SIGNED: bool;
    /// Whether the natural byte order on the wire is big-endian; else it is the host's.
    const BIG: bool;
    /// Names of values.
    const NAMES: Names;

    /// The value of the low [`Int::SIZE`] bytes of `bits`; higher bits are cut off.
    fn from_bits(bits: u64) -> Self;

    /// The value's bits; negative values are sign-extended.
    fn to_bits(self) -> u64;
}

macro_rules! primitive {
    ($($int:ident $signed:literal),*) => {$(
        impl Int for $int {
            const SIZE: usize = size_of::<$int>();
            const ALIGN: usize = align_of::<$int>();
            const SIGNED: bool = $signed;
            const BIG: bool = false;
            const NAMES: Names = Names::PLAIN;

            #[inline]
            fn from_bits(bits: u64) -> Self {
                bits as $int
            }

            #[inline]
            fn to_bits(self) -> u64 {
                self as u64
            }
        }
        crate::__int_value!($int);
    )*};
}

impl<T: Int> ToKey for T {
    #[inline]
    fn to_key(&self) -> Option<Key<'_>> {
        Some(Key::Int(self.to_bits()))
    }
}

impl<'a, T: Int> ViewKey<'a> for T {
    #[inline]
    fn view_key(self) -> Key<'a> {
        Key::Int(self.to_bits())
    }
}

/// Implements `Value` and `Layout` for a type that implements [`Int`]; what the derives and attribute macros call.
#[doc(hidden)]
#[macro_export]
macro_rules! __int_value {
    ($type:ty) => {
        #[diagnostic::do_not_recommend]
        impl $crate::wire::Value for $type {
            type View<'a> = $type;
            const NESTED: bool = false;
            const SHAPE: $crate::wire::Shape = $crate::wire::schema::int_shape::<$type>();

            #[inline]
            fn decode(
                bytes: &[u8],
                _: $crate::wire::Cx<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                $crate::wire::private::decode_native(bytes)
            }

            #[inline]
            fn view<'a>(
                bytes: &'a [u8],
                _: $crate::wire::Cx<'a>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                $crate::wire::private::decode_native(bytes)
            }

            #[inline]
            fn encode(
                &self,
                out: &mut $crate::wire::Encoder<'_>,
            ) -> ::core::result::Result<(), $crate::wire::EncodeError> {
                $crate::wire::private::encode_native(*self, out);
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn take_attr(
                slot: &mut ::core::option::Option<Self>,
                walk: &mut $crate::wire::private::Walk<'_>,
                payload: &[u8],
                name: &'static str,
            ) {
                $crate::wire::private::take_int(slot, walk, payload, name);
            }

            #[inline]
            fn put_attr(
                value: &Self,
                id_and_flags: u16,
                _: &'static str,
                out: &mut $crate::wire::Encoder<'_>,
            ) {
                $crate::wire::private::put_int(*value, id_and_flags, out);
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::wire::Layout for $type {
            const SIZE: usize = <$type as $crate::wire::Int>::SIZE;
            const ALIGN: usize = <$type as $crate::wire::Int>::ALIGN;
            const SHAPE: $crate::wire::Shape = $crate::wire::schema::int_shape::<$type>();

            #[inline]
            fn read(bytes: &[u8]) -> Self {
                $crate::wire::private::read_native(bytes)
            }

            #[inline]
            fn write(
                &self,
                out: &mut [u8],
            ) -> ::core::result::Result<(), $crate::wire::EncodeError> {
                $crate::wire::private::write_native(*self, out);
                ::core::result::Result::Ok(())
            }
        }
    };
}

primitive!(u8 false, u16 false, u32 false, u64 false, i8 true, i16 true, i32 true, i64 true);

/// A byte that is 0 or 1. Any other byte does not fit, so that the attribute stays raw.
impl Value for bool {
    type View<'a> = bool;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Int(IntShape::BOOL);

    #[inline]
    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
        match decode_int::<u8>(bytes, false)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::unrepresentable()),
        }
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
        Self::decode(bytes, cx)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        encode_int(u8::from(*self), false, out);
        Ok(())
    }

    #[inline]
    fn take_attr(slot: &mut Option<Self>, walk: &mut Walk<'_>, payload: &[u8], name: &'static str) {
        take_bool(slot, walk, payload, name);
    }

    #[inline]
    fn put_attr(value: &Self, id_and_flags: u16, _: &'static str, out: &mut Encoder<'_>) {
        put_int(u8::from(*value), id_and_flags, out);
    }
}

/// Flag bits with a mask of those that are meant (`struct nla_bitfield32`). `T` names the bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bitfield32<T = u32> {
    /// The bits.
    pub value: T,
    /// Which bits of `value` count.
    pub selector: T,
}

impl<T: Int> Value for Bitfield32<T> {
    type View<'a> = Self;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Bitfield32(T::NAMES);

    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
        let Some((value, selector)) = bytes.split_first_chunk::<4>() else {
            return Err(DecodeError::short(8, bytes.len()));
        };
        let bits = |bits: u32| {
            let bits = u64::from(bits);
            let flags = T::from_bits(bits);
            // `T` may have fewer bits than the wire.
            (flags.to_bits() == bits)
                .then_some(flags)
                .ok_or_else(DecodeError::unrepresentable)
        };
        Ok(Bitfield32 {
            selector: bits(decode_int(selector, false)?)?,
            value: bits(u32::from_ne_bytes(*value))?,
        })
    }

    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self, DecodeError> {
        Self::decode(bytes, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        for flags in [self.value, self.selector] {
            Wire::<u32>::encode(&flags, out)?;
        }
        Ok(())
    }
}

/// Prints an open enum: the constant's name, or the number where there is none.
pub fn debug_name(
    f: &mut fmt::Formatter<'_>,
    type_name: &str,
    values: &[(&'static str, &'static str, u64)],
    bits: u64,
    number: &dyn fmt::Display,
) -> fmt::Result {
    match values.iter().find(|(_, _, value)| *value == bits) {
        Some((name, _, _)) => f.write_str(name),
        None => write!(f, "{type_name}({number})"),
    }
}

/// Shows a number by its parts.
pub fn debug_parts(
    f: &mut fmt::Formatter<'_>,
    type_name: &str,
    values: &[(&'static str, &'static str, u64)],
    bits: u64,
) -> fmt::Result {
    let mut shown = f.debug_struct(type_name);
    for (name, _, place) in values {
        shown.field(name, &get_part(bits, place >> 8, place & 0xff));
    }
    shown.finish()
}

/// The `width` bits from bit `shift` on.
#[inline]
pub const fn get_part(bits: u64, shift: u64, width: u64) -> u64 {
    bits >> shift & (u64::MAX >> (64 - width))
}

/// The same bits with `value` in `width` of them, from bit `shift` on; what of `value` does not fit is cut off.
#[inline]
pub const fn set_part(bits: u64, shift: u64, width: u64, value: u64) -> u64 {
    let mask = u64::MAX >> (64 - width);
    bits & !(mask << shift) | (value & mask) << shift
}

/// Prints flags as `LinkFlags(UP | RUNNING | 0x80000000)`, an empty set as `LinkFlags(0x0)`.
pub fn debug_flags(
    f: &mut fmt::Formatter<'_>,
    type_name: &str,
    names: &'static [(&'static str, &'static str, u64)],
    bits: u64,
) -> fmt::Result {
    write!(f, "{type_name}(")?;
    let mut left = FlagBits {
        names,
        bits,
        left: bits,
    };
    let mut separator = "";
    while let Some((name, _)) = left.next_name() {
        write!(f, "{separator}{name}")?;
        separator = " | ";
    }
    if left.left != 0 || separator.is_empty() {
        write!(f, "{separator}{:#x}", left.left)?;
    }
    f.write_str(")")
}

/// The walk over the names of the bits of a value.
#[derive(Clone, Copy, Debug)]
struct FlagBits {
    names: &'static [(&'static str, &'static str, u64)],
    bits: u64,
    /// What no name so far covers.
    left: u64,
}

impl FlagBits {
    /// The next name of which all bits are set, and some were not named yet.
    fn next_name(&mut self) -> Option<(&'static str, u64)> {
        while let Some(((name, _, value), names)) = self.names.split_first() {
            self.names = names;
            if self.bits & value == *value && self.left & value != 0 {
                self.left &= !value;
                return Some((name, *value));
            }
        }
        None
    }
}

/// The flags of a bit set with their names; what `iter_names` of a type made by `flags` returns.
#[derive(Clone, Copy, Debug)]
pub struct FlagNames<T> {
    bits: FlagBits,
    marker: PhantomData<T>,
}

impl<T: Int> FlagNames<T> {
    /// The flags of `value`.
    pub fn new(value: T) -> Self {
        let bits = value.to_bits();
        FlagNames {
            bits: FlagBits {
                names: T::NAMES.values,
                bits,
                left: bits,
            },
            marker: PhantomData,
        }
    }
}

impl<T: Int> Iterator for FlagNames<T> {
    type Item = (&'static str, T);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, bits) = self.bits.next_name()?;
        Some((name, T::from_bits(bits)))
    }
}

/// Decodes an integer in its own byte order.
#[inline]
pub fn decode_native<T: Int>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_int(bytes, T::BIG)
}

/// Appends an integer in its own byte order.
#[inline]
pub fn encode_native<T: Int>(value: T, out: &mut Encoder<'_>) {
    encode_int(value, T::BIG, out);
}

/// Writes an attribute whose payload is an integer.
#[inline]
pub fn put_int<T: Int>(value: T, id_and_flags: u16, out: &mut Encoder<'_>) {
    out.put_int_attr(id_and_flags, value.to_bits(), T::SIZE, T::BIG);
}

/// Reads an integer member in its own byte order.
#[inline]
pub fn read_native<T: Int>(bytes: &[u8]) -> T {
    read_int(bytes, T::BIG)
}

/// Writes an integer member in its own byte order.
#[inline]
pub fn write_native<T: Int>(value: T, out: &mut [u8]) {
    write_int(value, T::BIG, out);
}
