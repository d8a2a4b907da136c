//! How bytes become a value where the type alone does not say it: [`Codec`] for attribute payloads,
//! [`FixedCodec`] for members of fixed structs.
//!
//! A codec is named in `#[nl(as = …)]`. The default, [`Native`], is the type's own form.

use super::context::Cx;
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError, EncodeProblem};
use super::int::Int;
use super::layout::Layout;
use super::put::put_with;
use super::schema::{IntShape, Shape};
use super::set::{Walk, take_case};
use super::text::{NlStr, NlString};
use super::value::Value;

/// A form of `T` as the payload of an attribute.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no form of `{T}` as the payload of an attribute",
    label = "not a form of `{T}`"
)]
pub trait Codec<T>: Sized {
    /// What a view hands out without allocating.
    type View<'a>;
    /// Whether `NLA_F_NESTED` is set on the attribute.
    const NESTED: bool;
    /// The form, for schema users.
    const SHAPE: Shape;

    /// Decodes a whole payload.
    ///
    /// # Errors
    /// Says what is malformed, and where.
    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<T, DecodeError>;

    /// Looks at a payload without copying it.
    ///
    /// # Errors
    /// Says what is malformed, and where.
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<Self::View<'a>, DecodeError>;

    /// Appends the payload.
    ///
    /// # Errors
    /// Says what the kernel could not take.
    fn encode(value: &T, out: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Decodes the attribute at hand into a field of a set.
    #[doc(hidden)]
    #[inline(never)]
    fn take_attr(slot: &mut Option<T>, walk: &mut Walk<'_>, payload: &[u8], name: &'static str) {
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
        case: impl FnOnce(T) -> K,
    ) {
        take_case::<T, Self, K>(slot, walk, payload, name, case);
    }

    /// Writes a whole attribute.
    #[doc(hidden)]
    #[inline(never)]
    fn put_attr(value: &T, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        put_with(value, id_and_flags, name, out, Self::encode);
    }
}

/// A form of `T` as a member of a fixed struct or an element of a packed array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no form of `{T}` as a member of a fixed struct",
    label = "not a form of `{T}`"
)]
pub trait FixedCodec<T> {
    /// Bytes.
    const SIZE: usize;
    /// Alignment in C.
    const ALIGN: usize;
    /// The form, for schema users.
    const SHAPE: Shape;

    /// Reads the member; bytes that are missing count as zero.
    fn read(bytes: &[u8]) -> T;

    /// Writes the member over zeroed bytes.
    ///
    /// # Errors
    /// Says what does not fit.
    fn write(value: &T, out: &mut [u8]) -> Result<(), EncodeError>;
}

/// The type's own form.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl<T: Value> Codec<T> for Native {
    type View<'a> = T::View<'a>;
    const NESTED: bool = T::NESTED;
    const SHAPE: Shape = T::SHAPE;

    #[inline]
    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<T, DecodeError> {
        T::decode(bytes, cx)
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<T::View<'a>, DecodeError> {
        T::view(bytes, cx)
    }

    #[inline]
    fn encode(value: &T, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        value.encode(out)
    }

    #[inline]
    fn take_attr(slot: &mut Option<T>, walk: &mut Walk<'_>, payload: &[u8], name: &'static str) {
        T::take_attr(slot, walk, payload, name);
    }

    #[inline]
    fn take_case<K>(
        slot: &mut Option<K>,
        walk: &mut Walk<'_>,
        payload: &[u8],
        name: &'static &'static str,
        case: impl FnOnce(T) -> K,
    ) {
        T::take_case(slot, walk, payload, name, case);
    }

    #[inline]
    fn put_attr(value: &T, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        T::put_attr(value, id_and_flags, name, out);
    }
}

impl<T: Layout> FixedCodec<T> for Native {
    const SIZE: usize = T::SIZE;
    const ALIGN: usize = T::ALIGN;
    const SHAPE: Shape = T::SHAPE;

    #[inline]
    fn read(bytes: &[u8]) -> T {
        T::read(bytes)
    }

    #[inline]
    fn write(value: &T, out: &mut [u8]) -> Result<(), EncodeError> {
        value.write(out)
    }
}

/// The integer in wire bytes of its size.
macro_rules! from_wire {
    ($unsigned:ty, $signed:ty, $raw:expr, $big:expr, $is_signed:expr) => {{
        let value = if $big {
            <$unsigned>::from_be_bytes($raw)
        } else {
            <$unsigned>::from_ne_bytes($raw)
        };
        if $is_signed {
            value as $signed as u64
        } else {
            u64::from(value)
        }
    }};
}

/// The first bytes, with zeros for those that are missing.
#[cold]
pub fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut raw = [0; N];
    raw.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    raw
}

/// The low bytes of an integer in the order asked for; missing bytes are zero.
#[inline]
fn get_bits(bytes: &[u8], size: usize, big: bool, signed: bool) -> u64 {
    macro_rules! read {
        ($unsigned:ty, $signed:ty) => {{
            let raw = match bytes.first_chunk() {
                Some(all) => *all,
                None => padded(bytes),
            };
            from_wire!($unsigned, $signed, raw, big, signed)
        }};
    }
    match size {
        1 => read!(u8, i8),
        2 => read!(u16, i16),
        4 => read!(u32, i32),
        _ => read!(u64, i64),
    }
}

/// An integer whose bytes are all of `bytes`; `None` for another length.
#[inline]
pub(super) fn exact_bits(bytes: &[u8], size: usize, big: bool, signed: bool) -> Option<u64> {
    macro_rules! read {
        ($unsigned:ty, $signed:ty) => {{
            let Ok(raw) = <[u8; size_of::<$unsigned>()]>::try_from(bytes) else {
                return None;
            };
            from_wire!($unsigned, $signed, raw, big, signed)
        }};
    }
    Some(match size {
        1 => read!(u8, i8),
        2 => read!(u16, i16),
        4 => read!(u32, i32),
        _ => read!(u64, i64),
    })
}

/// The low `size` bytes of `bits` in wire order, in the front of an array.
#[inline]
pub(super) fn wire_bytes(bits: u64, size: usize, big: bool) -> [u8; 8] {
    match (size, big) {
        (1, _) => (bits & 0xff).to_le_bytes(),
        (2, false) => low((bits as u16).to_ne_bytes()),
        (2, true) => low((bits as u16).to_be_bytes()),
        (4, false) => low((bits as u32).to_ne_bytes()),
        (4, true) => low((bits as u32).to_be_bytes()),
        (_, false) => bits.to_ne_bytes(),
        (_, true) => bits.to_be_bytes(),
    }
}

/// Bytes in the front of an array.
#[inline]
fn low<const N: usize>(bytes: [u8; N]) -> [u8; 8] {
    let mut all = [0; 8];
    if let Some(slot) = all.first_chunk_mut() {
        *slot = bytes;
    }
    all
}

/// Writes the low `size` bytes of `bits` over the first of `out`.
#[inline]
fn set_bits(bits: u64, size: usize, big: bool, out: &mut [u8]) {
    let bytes = wire_bytes(bits, size, big);
    if let (Some(slot), Some(bytes)) = (out.get_mut(..size), bytes.get(..size)) {
        slot.copy_from_slice(bytes);
    }
}

/// What a payload of the wrong length is: short is malformed, longer does not fit.
#[cold]
pub(super) fn wrong_len(size: usize, have: usize) -> DecodeError {
    if have < size {
        DecodeError::short(size, have)
    } else {
        DecodeError::unrepresentable()
    }
}

/// Decodes an integer payload.
#[inline]
fn decode_bits(bytes: &[u8], size: usize, big: bool, signed: bool) -> Result<u64, DecodeError> {
    match exact_bits(bytes, size, big, signed) {
        Some(bits) => Ok(bits),
        None => Err(wrong_len(size, bytes.len())),
    }
}

#[inline]
pub(super) fn decode_int<T: Int>(bytes: &[u8], big: bool) -> Result<T, DecodeError> {
    match decode_bits(bytes, T::SIZE, big, T::SIGNED) {
        Ok(bits) => Ok(T::from_bits(bits)),
        Err(error) => Err(error),
    }
}

#[inline]
pub(super) fn encode_int<T: Int>(value: T, big: bool, out: &mut Encoder<'_>) {
    let bytes = wire_bytes(value.to_bits(), T::SIZE, big);
    out.put(bytes.get(..T::SIZE).unwrap_or_default());
}

#[inline]
pub(super) fn read_int<T: Int>(bytes: &[u8], big: bool) -> T {
    T::from_bits(get_bits(bytes, T::SIZE, big, T::SIGNED))
}

#[inline]
pub(super) fn write_int<T: Int>(value: T, big: bool, out: &mut [u8]) {
    set_bits(value.to_bits(), T::SIZE, big, out);
}

/// An integer in network byte order.
#[derive(Clone, Copy, Debug)]
pub struct Be;

/// An integer-like type sent as `W`, in `W`'s byte order. What `W` cannot hold is refused.
#[derive(Clone, Copy, Debug)]
pub struct Wire<W>(std::marker::PhantomData<W>);

/// An integer-like type sent as `W` in network byte order.
#[derive(Clone, Copy, Debug)]
pub struct WireBe<W>(std::marker::PhantomData<W>);

/// An integer of four or eight bytes, as small as its value allows (`NLA_UINT`, `NLA_SINT`).
#[derive(Clone, Copy, Debug)]
pub struct Uint;

/// The value as another integer, if nothing is lost on the way there and back: of the same width, a sign is none.
fn convert<A: Int, B: Int>(value: A) -> Option<B> {
    let converted = B::from_bits(value.to_bits());
    let back = A::from_bits(converted.to_bits());
    (back.to_bits() == value.to_bits()).then_some(converted)
}

fn out_of_range<A: Int, W: Int>(value: A) -> EncodeError {
    let ((low, high), value) = (int_limits::<W>(), int_value(value));
    EncodeError::new(EncodeProblem::OutOfRange { low, high, value })
}

/// The smallest and the largest number of an integer type.
pub(super) const fn int_limits<T: Int>() -> (i128, i128) {
    let bits = 8 * T::SIZE as u32;
    if T::SIGNED {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

/// The number an integer type holds.
pub(super) fn int_value<T: Int>(value: T) -> i128 {
    let bits = value.to_bits();
    if T::SIGNED {
        i128::from(bits as i64)
    } else {
        i128::from(bits)
    }
}

macro_rules! int_codec {
    ([$($param:ident)?] $codec:ty, $wire:ty, $big:expr) => {
        impl<T: Int $(, $param: Int)?> Codec<T> for $codec {
            type View<'a> = T;
            const NESTED: bool = false;
            const SHAPE: Shape = Shape::Int(IntShape::wired::<T, $wire>($big));

            #[inline]
            fn decode(bytes: &[u8], _: Cx<'_>) -> Result<T, DecodeError> {
                let wire: $wire = decode_int(bytes, $big)?;
                convert(wire).ok_or_else(DecodeError::unrepresentable)
            }

            #[inline]
            fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<T, DecodeError> {
                <Self as Codec<T>>::decode(bytes, cx)
            }

            #[inline]
            fn encode(value: &T, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
                let wire: $wire = convert(*value).ok_or_else(|| out_of_range::<T, $wire>(*value))?;
                encode_int(wire, $big, out);
                Ok(())
            }
        }

        impl<T: Int $(, $param: Int)?> FixedCodec<T> for $codec {
            const SIZE: usize = <$wire as Int>::SIZE;
            const ALIGN: usize = <$wire as Int>::ALIGN;
            const SHAPE: Shape = Shape::Int(IntShape::of::<T>(<$wire as Int>::SIZE, $big));

            #[inline]
            fn read(bytes: &[u8]) -> T {
                // Specs give a member a type at least as wide as its wire form.
                let wire: $wire = read_int(bytes, $big);
                T::from_bits(wire.to_bits())
            }

            #[inline]
            fn write(value: &T, out: &mut [u8]) -> Result<(), EncodeError> {
                let wire: $wire = convert(*value).ok_or_else(|| out_of_range::<T, $wire>(*value))?;
                write_int(wire, $big, out);
                Ok(())
            }
        }
    };
}

int_codec!([] Be, T, true);
int_codec!([W] Wire<W>, W, W::BIG);
int_codec!([W] WireBe<W>, W, true);

/// Whether four bytes hold a number.
fn is_small<T: Int>(value: T) -> bool {
    let number = int_value(value);
    if T::SIGNED {
        i32::try_from(number).is_ok()
    } else {
        u32::try_from(number).is_ok()
    }
}

impl<T: Int> Codec<T> for Uint {
    type View<'a> = T;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::VarInt { signed: T::SIGNED };

    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<T, DecodeError> {
        let size = if bytes.len() < 8 { 4 } else { 8 };
        let bits = decode_bits(bytes, size, false, T::SIGNED)?;
        let value = T::from_bits(bits);
        // Eight bytes where four would do are not written again.
        if value.to_bits() == bits && (size == 4 || !is_small(value)) {
            Ok(value)
        } else {
            Err(DecodeError::unrepresentable())
        }
    }

    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<T, DecodeError> {
        <Self as Codec<T>>::decode(bytes, cx)
    }

    fn encode(value: &T, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let size = if is_small(*value) { 4 } else { 8 };
        out.put(
            wire_bytes(value.to_bits(), size, false)
                .get(..size)
                .unwrap_or_default(),
        );
        Ok(())
    }
}

/// A string sent without its NUL.
#[derive(Clone, Copy, Debug)]
pub struct Bare;

impl Codec<NlString> for Bare {
    type View<'a> = NlStr<'a>;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Text { nul: false };

    fn decode(bytes: &[u8], cx: Cx<'_>) -> Result<NlString, DecodeError> {
        NlString::decode(bytes, cx)
    }

    fn view<'a>(bytes: &'a [u8], cx: Cx<'a>) -> Result<NlStr<'a>, DecodeError> {
        NlString::view(bytes, cx)
    }

    fn encode(value: &NlString, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        out.put(value.checked()?);
        Ok(())
    }
}

/// A NUL-padded string in an array of `N` bytes, at most `N - 1` of them used.
#[derive(Clone, Copy, Debug)]
pub struct Chars<const N: usize>;

impl<const N: usize> FixedCodec<NlString> for Chars<N> {
    const SIZE: usize = N;
    const ALIGN: usize = 1;
    const SHAPE: Shape = Shape::Chars(N);

    fn read(bytes: &[u8]) -> NlString {
        let bytes = bytes.get(..N).unwrap_or(bytes);
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        NlString::from(bytes.get(..end).unwrap_or_default())
    }

    fn write(value: &NlString, out: &mut [u8]) -> Result<(), EncodeError> {
        let bytes = value.checked()?;
        let too_long = EncodeProblem::TooLong {
            most: N.saturating_sub(1),
            have: bytes.len(),
        };
        match out.get_mut(..bytes.len()) {
            Some(slot) if bytes.len() <= N => slot.copy_from_slice(bytes),
            _ => return Err(EncodeError::new(too_long)),
        }
        // The kernel reads these arrays as C strings, so the last byte of a request is NUL. What it sends may lack it.
        if bytes.len() == N {
            return Err(EncodeError::policy(too_long));
        }
        Ok(())
    }
}
