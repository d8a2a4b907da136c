//! Types of one fixed size, laid out as C lays them out: [`Layout`].

use super::codec::{FixedCodec, int_limits, int_value};
use super::error::{DecodeError, DecodeProblem, EncodeError, EncodeProblem};
use super::int::{Int, write_native};
use super::schema::Shape;

/// A type with a fixed size in C structs and packed arrays.
///
/// Sizes and alignments are those of the host's C ABI: a 64-bit integer aligns to four bytes on 32-bit x86.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fixed size and cannot be a member of a fixed struct or of a header",
    label = "no fixed size",
    note = "an attribute says `#[nl(attr = …)]`; a string in a struct says `as = Chars<N>`; a union in a struct says `by = member`"
)]
pub trait Layout: Sized {
    /// `sizeof`.
    const SIZE: usize;
    /// `_Alignof`.
    const ALIGN: usize;
    /// The form, for schema users.
    const SHAPE: Shape;

    /// Reads a value; bytes that are missing count as zero.
    fn read(bytes: &[u8]) -> Self;

    /// Writes a value over zeroed bytes.
    ///
    /// # Errors
    /// Says what does not fit.
    fn write(&self, out: &mut [u8]) -> Result<(), EncodeError>;
}

/// Rounds `offset` up to a multiple of `align` (a power of two).
pub const fn align_up(offset: usize, align: usize) -> usize {
    (offset + align - 1) & !(align - 1)
}

/// Part of `bytes` from `at`; empty beyond the end.
#[inline]
pub fn tail(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

/// Part of `bytes` from `at`, to be written; empty beyond the end.
#[inline]
pub fn from_mut(bytes: &mut [u8], at: usize) -> &mut [u8] {
    bytes.get_mut(at..).unwrap_or_default()
}

/// The larger of two sizes.
pub const fn larger(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// Whether a union holds nothing behind the first `at` bytes of its `size`.
pub fn is_zero_from(bytes: &[u8], at: usize, size: usize) -> bool {
    tail(up_to(bytes, size), at).iter().all(|byte| *byte == 0)
}

/// At most `len` bytes.
#[inline]
pub fn up_to(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(..len).unwrap_or(bytes)
}

/// Bytes of a tail that a member counts. What counts no whole bytes, or less than nothing, cannot be written back.
pub fn tail_len<T: Int>(
    number: T,
    bits: bool,
    bias: i64,
    size: usize,
) -> Result<usize, DecodeError> {
    let count = int_value(number) - i128::from(bias);
    if count < 0 || bits && count % 8 != 0 {
        return Err(DecodeError::unrepresentable());
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    Ok(if bits {
        count / 8
    } else {
        count.saturating_mul(size)
    })
}

/// The number of a member that counts tails only where it is positive: what it says besides.
pub fn uncounted<T: Int>(number: T) -> T {
    if int_value(number) > 0 {
        T::from_bits(0)
    } else {
        number
    }
}

/// The number to write in a member that counts tails of `count` elements only where it is positive.
pub fn check_uncounted<T: Int>(number: T, count: usize) -> Result<(), EncodeError> {
    let value = int_value(number);
    if value <= 0 && (value == 0 || count == 0) {
        return Ok(());
    }
    let low = if count == 0 { int_limits::<T>().0 } else { 0 };
    let high = 0;
    Err(EncodeError::new(EncodeProblem::OutOfRange {
        low,
        high,
        value,
    }))
}

/// Refuses tails that one member counts and that differ in length.
pub fn check_alike(count: usize, other: usize) -> Result<(), EncodeError> {
    if count == other {
        return Ok(());
    }
    let value = other as i128;
    let (low, high) = (count as i128, count as i128);
    Err(EncodeError::new(EncodeProblem::OutOfRange {
        low,
        high,
        value,
    }))
}

/// The bytes of a tail, if they are all there.
pub fn tail_bytes(bytes: &[u8], at: usize, len: usize) -> Result<&[u8], DecodeError> {
    let have = tail(bytes, at);
    have.get(..len).ok_or_else(|| {
        DecodeError::new(DecodeProblem::BadCount {
            need: len,
            have: have.len(),
        })
    })
}

/// Writes the number that counts a tail.
pub fn write_count<R: Int>(count: usize, bias: i64, out: &mut [u8]) -> Result<(), EncodeError> {
    let number = (count as u64).wrapping_add_signed(bias);
    let stored = R::from_bits(number);
    if count as i128 + i128::from(bias) < 0 || stored.to_bits() != number {
        let most = int_limits::<R>().1 - i128::from(bias);
        return Err(EncodeError::new(EncodeProblem::TooLong {
            most: usize::try_from(most).unwrap_or(usize::MAX),
            have: count,
        }));
    }
    write_native(stored, out);
    Ok(())
}

/// Notes the first error among the members of a struct.
pub fn note(result: Result<(), EncodeError>, name: &'static str, failed: &mut Option<EncodeError>) {
    if let Err(error) = result {
        failed.get_or_insert(error.within(name));
    }
}

/// Reads the member at `at`.
pub fn read<T, C: FixedCodec<T>>(bytes: &[u8], at: usize) -> T {
    C::read(tail(bytes, at))
}

/// Writes the member at `at`; the first error among the members of a struct is noted.
pub fn write<T, C: FixedCodec<T>>(
    value: &T,
    out: &mut [u8],
    at: usize,
    name: &'static str,
    failed: &mut Option<EncodeError>,
) {
    note(C::write(value, from_mut(out, at)), name, failed);
}

/// Notes that a bitfield cannot hold a number.
#[cold]
pub fn note_bits(width: u32, value: u64, name: &'static str, failed: &mut Option<EncodeError>) {
    let problem = EncodeProblem::OutOfRange {
        low: 0,
        high: (1 << width) - 1,
        value: value.into(),
    };
    note(Err(EncodeError::new(problem)), name, failed);
}

impl<T: Layout + Copy, const N: usize> Layout for [T; N] {
    const SIZE: usize = T::SIZE * N;
    const ALIGN: usize = T::ALIGN;
    const SHAPE: Shape = Shape::Array {
        item: &T::SHAPE,
        count: N,
    };

    #[inline]
    fn read(bytes: &[u8]) -> Self {
        std::array::from_fn(|index| T::read(tail(bytes, index * T::SIZE)))
    }

    #[inline]
    fn write(&self, out: &mut [u8]) -> Result<(), EncodeError> {
        for (item, slot) in self.iter().zip(out.chunks_mut(T::SIZE)) {
            item.write(slot)?;
        }
        Ok(())
    }
}

/// A bitfield of `width` bits in a storage unit of `storage` bytes, `first` bits after the first one declared.
///
/// C allocates bitfields from the least significant bit on little-endian hosts, from the most significant one on big-endian.
#[inline]
pub fn read_bits(bytes: &[u8], storage: usize, first: u32, width: u32) -> u64 {
    let mut raw = [0; 8];
    raw.iter_mut()
        .zip(bytes.iter().take(storage))
        .for_each(|(to, from)| *to = *from);
    let (unit, shift) = bit_position(raw, storage, first, width);
    (unit >> shift) & mask(width)
}

/// Writes what [`read_bits`] reads; bits above `width` are cut off.
#[inline]
pub fn write_bits(out: &mut [u8], storage: usize, first: u32, width: u32, value: u64) {
    let mut raw = [0; 8];
    raw.iter_mut()
        .zip(out.iter().take(storage))
        .for_each(|(to, from)| *to = *from);
    let (unit, shift) = bit_position(raw, storage, first, width);
    let unit = unit | ((value & mask(width)) << shift);
    let raw = if cfg!(target_endian = "big") {
        (unit << (64 - 8 * storage as u32)).to_be_bytes()
    } else {
        unit.to_le_bytes()
    };
    out.iter_mut()
        .zip(raw)
        .take(storage)
        .for_each(|(to, from)| *to = from);
}

/// Where a bitfield of `width` bits starts in the storage of the one before, which ends at bit `next`; 0 starts a new storage.
/// Storage is shared by neighbours of one size, as long as they fit.
pub const fn next_bit(next: u32, width: u32, before_size: usize, size: usize) -> u32 {
    if before_size == size && next as usize + width as usize <= 8 * size {
        next
    } else {
        0
    }
}

const fn mask(width: u32) -> u64 {
    if width >= 64 {
        u64::MAX
    } else {
        (1 << width) - 1
    }
}

const fn bit_position(raw: [u8; 8], storage: usize, first: u32, width: u32) -> (u64, u32) {
    let bits = 8 * storage as u32;
    if cfg!(target_endian = "big") {
        (u64::from_be_bytes(raw) >> (64 - bits), bits - first - width)
    } else {
        (u64::from_le_bytes(raw), first)
    }
}
