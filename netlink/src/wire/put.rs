//! What `derive(Attrs)` calls for each attribute that is written.

use super::HwAddr;
use super::codec::{self, Codec};
use super::encoder::Encoder;
use super::error::{EncodeError, EncodeProblem};
use super::int::Int;
use super::text::NlString;
use super::unknown::Unknown;

/// Where to note an error of a member of a header or struct.
#[inline]
pub fn failure<'e>(out: &'e mut Encoder<'_>) -> &'e mut Option<EncodeError> {
    out.failure()
}

/// Writes what must stand before the typed attributes.
#[inline]
pub fn put_earlier(unknown: &Unknown, out: &mut Encoder<'_>) {
    unknown.encode_earlier(out);
}

/// Ends a set: what the typed fields could not hold, the length of a short header, and the first error, if any.
#[inline]
pub fn end_set(unknown: &Unknown, start: usize, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
    if !unknown.is_empty() {
        end_kept(unknown, start, out);
    }
    out.outcome()
}

#[cold]
fn end_kept(unknown: &Unknown, start: usize, out: &mut Encoder<'_>) {
    unknown.encode(out);
    if let Some(len) = unknown.header_len() {
        // Only as long as nothing needs the whole header: a changed object may have attributes by now.
        if out.tail_is_zero(start + len) {
            out.truncate(start + len);
        }
    }
}

/// The flag bit of nested attributes, for an attribute's id.
pub const NESTED: u16 = Encoder::flags(true, false);

/// The flag bit of network byte order, for an attribute's id.
pub const NET_BYTEORDER: u16 = Encoder::flags(false, true);

/// Writes an attribute if it is there, nested if its form is. An error is noted in the encoder, so that a set checks once.
#[inline]
pub fn put<T, C: Codec<T>>(value: &Option<T>, id: u16, name: &'static str, out: &mut Encoder<'_>) {
    if let Some(value) = value {
        put_item::<T, C>(value, id, name, out);
    }
}

/// Writes an attribute that is there, nested if its form is.
#[inline]
pub fn put_item<T, C: Codec<T>>(value: &T, id: u16, name: &'static str, out: &mut Encoder<'_>) {
    let nested = if C::NESTED { NESTED } else { 0 };
    C::put_attr(value, id | nested, name, out);
}

/// Writes an attribute if it is there, with these flag bits.
#[inline]
pub fn put_as<T, C: Codec<T>>(
    value: &Option<T>,
    id_and_flags: u16,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    if let Some(value) = value {
        C::put_attr(value, id_and_flags, name, out);
    }
}

/// Writes an attribute whose payload `encode` appends.
#[inline]
pub fn put_with<T>(
    value: &T,
    id_and_flags: u16,
    name: &'static str,
    out: &mut Encoder<'_>,
    encode: fn(&T, &mut Encoder<'_>) -> Result<(), EncodeError>,
) {
    if out.has_failed() {
        return;
    }
    let start = out.begin(id_and_flags);
    let encoded = encode(value, out);
    out.end_attr(start, encoded, name);
}

/// Writes a presence flag.
pub fn put_flag(set: bool, id: u16, out: &mut Encoder<'_>) {
    if set {
        out.put_empty(id);
    }
}

/// Refuses an integer outside the range the kernel takes.
pub fn check_range<T: Int>(
    value: &Option<T>,
    low: i128,
    high: i128,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    if let Some(value) = value {
        check_value(codec::int_value(*value), low, high, name, out);
    }
}

fn check_value(value: i128, low: i128, high: i128, name: &'static str, out: &mut Encoder<'_>) {
    if (value < low || value > high) && !out.is_lossless() {
        let problem = EncodeProblem::OutOfRange { low, high, value };
        out.fail(EncodeError::new(problem).within(name));
    }
}

/// Refuses a request without an attribute that the kernel demands.
pub fn check_required(present: bool, name: &'static str, out: &mut Encoder<'_>) {
    if !present && !out.is_lossless() {
        out.fail(EncodeError::new(EncodeProblem::Missing).within(name));
    }
}

/// Values with a length that the kernel bounds.
pub trait Bounded {
    /// Bytes of a string (without NUL), octets of an address, elements of a list.
    fn bound_len(&self) -> usize;
}

impl Bounded for NlString {
    fn bound_len(&self) -> usize {
        self.len()
    }
}

impl Bounded for HwAddr {
    fn bound_len(&self) -> usize {
        self.as_bytes().len()
    }
}

impl<T> Bounded for Vec<T> {
    fn bound_len(&self) -> usize {
        self.len()
    }
}

/// Refuses a string or list longer than the kernel takes.
pub fn check_max<T: Bounded>(
    value: &Option<T>,
    most: usize,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    if let Some(value) = value {
        check_len(value.bound_len(), most, name, out);
    }
}

fn check_len(have: usize, most: usize, name: &'static str, out: &mut Encoder<'_>) {
    if have > most && !out.is_lossless() {
        out.fail(EncodeError::new(EncodeProblem::TooLong { most, have }).within(name));
    }
}
