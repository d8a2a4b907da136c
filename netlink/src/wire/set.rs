//! What `derive(Attrs)` calls for each attribute, for owned values and for views.

use super::attr::{RawAttr, RawAttrs, attr_align, attributes, attributes_at};
use super::codec::Codec;
use super::context::{Cx, Key, ViewKey};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError, EncodeProblem};
use super::int::Int;
use super::kind::Kind;
use super::layout::tail;
use super::text::NlString;
use super::unknown::Unknown;
use super::value::Value;
use super::{HwAddr, codec};
use std::marker::PhantomData;

/// The attributes of a set whose header has `size` bytes.
#[inline]
pub fn walk(attrs: &[u8], size: usize) -> RawAttrs<'_> {
    attributes_at(attrs, attr_align(size))
}

/// Splits a payload into header and attributes. A header shorter than its struct (but not than `least`) leaves no
/// room for attributes; its length is remembered.
#[inline]
pub fn split_header<'a>(
    bytes: &'a [u8],
    size: usize,
    least: usize,
    unknown: &mut Unknown,
) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    match bytes.split_at_checked(size) {
        Some((header, _)) => Ok((header, tail(bytes, attr_align(size)))),
        None if bytes.len() >= least => {
            unknown.set_header_len(bytes.len() as u16);
            Ok((bytes, &[]))
        }
        None => Err(DecodeError::short(size, bytes.len())),
    }
}

/// Splits a payload for a view; see [`split_header`].
#[inline]
pub fn view_header(
    bytes: &[u8],
    size: usize,
    least: usize,
) -> Result<(&[u8], &[u8]), DecodeError> {
    match bytes.split_at_checked(size) {
        Some((header, _)) => Ok((header, tail(bytes, attr_align(size)))),
        None if bytes.len() >= least => Ok((bytes, &[])),
        None => Err(DecodeError::short(size, bytes.len())),
    }
}

/// What of an attribute changed.
pub fn change<T: Value>(value: Option<&T>, base: Option<&T>) -> Option<T> {
    match (value, base) {
        (Some(value), Some(base)) => value.changes_from(base),
        (value, _) => value.cloned(),
    }
}

/// What of a union changed.
pub fn change_kind<T: Kind>(value: Option<&T>, base: Option<&T>) -> Option<T> {
    match (value, base) {
        (Some(value), Some(base)) => value.changes_from(base),
        (value, _) => value.cloned(),
    }
}

/// Starts a set: `size` zeroed bytes for the header, to be filled by `fill`.
#[inline]
pub fn put_header(
    out: &mut Encoder<'_>,
    size: usize,
    fill: impl FnOnce(&mut [u8]) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    fill(out.zeroed(attr_align(size)))
}

/// Writes what must stand before the typed attributes.
#[inline]
pub fn put_earlier(unknown: &Unknown, out: &mut Encoder<'_>) {
    unknown.encode_earlier(out);
}

/// Ends a set: what the typed fields could not hold, and the length of a short header.
#[inline]
pub fn put_unknown(unknown: &Unknown, start: usize, out: &mut Encoder<'_>) {
    unknown.encode(out);
    if let Some(len) = unknown.header_len() {
        // Only as long as nothing needs the whole header: a changed object may have attributes by now.
        let all_zero = out.tail_is_zero(start + len);
        if all_zero {
            out.truncate(start + len);
        }
    }
}

/// Decodes an attribute into its field. An earlier one of the same id, and a payload that does not fit, stay raw.
#[inline]
pub fn take<T, C: Codec<T>>(
    slot: &mut Option<T>,
    attr: &RawAttr<'_>,
    cx: Cx<'_>,
    unknown: &mut Unknown,
    name: &'static str,
) -> Result<(), DecodeError> {
    match C::decode(attr.payload, cx) {
        Ok(value) => {
            if let Some(earlier) = slot.replace(value) {
                keep_earlier::<T, C>(&earlier, attr.id(), cx, unknown);
            }
            Ok(())
        }
        Err(error) => refuse(error, attr, unknown, name),
    }
}

#[cold]
fn keep_earlier<T, C: Codec<T>>(earlier: &T, id: u16, cx: Cx<'_>, unknown: &mut Unknown) {
    let mut payload = Vec::new();
    // What was just decoded encodes again: it was within all limits.
    if C::encode(earlier, &mut Encoder::lossless(&mut payload, cx.direction())).is_ok() {
        unknown.keep_earlier(id, &payload);
    }
}

#[cold]
fn refuse(
    error: DecodeError,
    attr: &RawAttr<'_>,
    unknown: &mut Unknown,
    name: &'static str,
) -> Result<(), DecodeError> {
    if error.is_unrepresentable() {
        unknown.keep(attr);
        return Ok(());
    }
    Err(error.within(name, attr.offset))
}

/// Decodes an attribute that repeats its id.
#[inline]
pub fn take_repeat<T, C: Codec<T>>(
    list: &mut Vec<T>,
    attr: &RawAttr<'_>,
    cx: Cx<'_>,
    unknown: &mut Unknown,
    name: &'static str,
) -> Result<(), DecodeError> {
    match C::decode(attr.payload, cx) {
        Ok(value) => {
            list.push(value);
            Ok(())
        }
        Err(error) => refuse(error, attr, unknown, name),
    }
}

/// Notes the presence of a flag; a flag with a payload, and a second one, stay raw.
#[inline]
pub fn take_flag(slot: &mut bool, attr: &RawAttr<'_>, unknown: &mut Unknown) {
    if *slot || !attr.payload.is_empty() {
        unknown.keep(attr);
    } else {
        *slot = true;
    }
}

/// Keeps an attribute for later, when its selector is known.
#[inline]
pub fn take_raw<'a>(slot: &mut Option<RawAttr<'a>>, attr: RawAttr<'a>, unknown: &mut Unknown) {
    if let Some(earlier) = slot.replace(attr) {
        unknown.keep_earlier(earlier.id_and_flags, earlier.payload);
    }
}

/// Keeps an attribute that has no field.
#[inline]
pub fn keep(attr: &RawAttr<'_>, unknown: &mut Unknown) {
    unknown.keep(attr);
}

/// Writes an attribute if it is there.
#[inline]
pub fn put<T, C: Codec<T>>(
    value: Option<&T>,
    id_and_flags: u16,
    name: &'static str,
    out: &mut Encoder<'_>,
) -> Result<(), EncodeError> {
    match value {
        Some(value) => out
            .attr(id_and_flags, |out| C::encode(value, out))
            .map_err(|error| error.within(name)),
        None => Ok(()),
    }
}

/// Writes a presence flag.
#[inline]
pub fn put_flag(set: bool, id: u16, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
    if set { out.attr(id, |_| Ok(())) } else { Ok(()) }
}

/// Refuses an integer outside the range the kernel takes.
pub fn check_range<T: Int>(
    value: Option<&T>,
    low: i128,
    high: i128,
    name: &'static str,
) -> Result<(), EncodeError> {
    match value.map(|value| codec::int_value(*value)) {
        Some(value) if value < low || value > high => {
            Err(EncodeError::new(EncodeProblem::OutOfRange { low, high, value }).within(name))
        }
        _ => Ok(()),
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
    value: Option<&T>,
    most: usize,
    name: &'static str,
) -> Result<(), EncodeError> {
    match value.map(Bounded::bound_len) {
        Some(have) if have > most => {
            Err(EncodeError::new(EncodeProblem::TooLong { most, have }).within(name))
        }
        _ => Ok(()),
    }
}

/// The last attribute with this id: in duplicates the last one is the value, as in the kernel.
#[inline]
pub fn find(attrs: &[u8], id: u16, base: usize) -> Result<Option<RawAttr<'_>>, DecodeError> {
    let mut found = None;
    let mut walk = attributes_at(attrs, base);
    while let Some(attr) = walk.next_attr()? {
        if attr.id() == id {
            found = Some(attr);
        }
    }
    Ok(found)
}

/// A view's getter: the last attribute with this id, `None` if absent or if it does not fit the type.
#[inline]
pub fn view<'a, T, C: Codec<T>>(
    attrs: &'a [u8],
    id: u16,
    cx: Cx<'a>,
    base: usize,
    name: &'static str,
) -> Result<Option<C::View<'a>>, DecodeError> {
    match find(attrs, id, base)? {
        Some(attr) => fit(C::view(attr.payload, cx), attr.offset, name),
        None => Ok(None),
    }
}

#[inline]
fn fit<T>(
    result: Result<T, DecodeError>,
    offset: usize,
    name: &'static str,
) -> Result<Option<T>, DecodeError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_unrepresentable() => Ok(None),
        Err(error) => Err(error.within(name, offset)),
    }
}

/// A view's getter for a presence flag.
pub fn view_flag(attrs: &[u8], id: u16, base: usize) -> Result<bool, DecodeError> {
    Ok(find(attrs, id, base)?.is_some_and(|attr| attr.payload.is_empty()))
}

/// The selector in an attribute of a viewed set.
pub fn view_key<'a, T, C: Codec<T>>(
    attrs: &'a [u8],
    id: u16,
    cx: Cx<'a>,
    base: usize,
    name: &'static str,
) -> Result<Option<Key<'a>>, DecodeError>
where
    C::View<'a>: ViewKey<'a>,
{
    Ok(view::<T, C>(attrs, id, cx, base, name)?.map(ViewKey::view_key))
}

/// A view's getter for a union: `data` is the attribute with the payload; `tagged` unions exist without it.
pub fn view_kind<'a, T: Kind>(
    key: Option<Key<'a>>,
    attrs: &'a [u8],
    data: u16,
    tagged: bool,
    cx: Cx<'a>,
    base: usize,
    name: &'static str,
) -> Result<Option<T::View<'a>>, DecodeError> {
    let attr = find(attrs, data, base)?;
    match key {
        Some(key) if tagged || attr.is_some() => {
            let offset = attr.map_or(0, |attr| attr.offset);
            fit(T::view(key, attr.map(|attr| attr.payload), cx), offset, name)
        }
        _ => Ok(None),
    }
}

/// The attributes of a list, numbered.
#[derive(Clone, Debug)]
pub struct ListOf<'a> {
    attrs: RawAttrs<'a>,
    cx: Cx<'a>,
    index: usize,
    only: Option<u16>,
}

impl<'a> ListOf<'a> {
    /// All attributes in `bytes`.
    pub fn new(bytes: &'a [u8], cx: Cx<'a>) -> Self {
        ListOf { attrs: attributes(bytes), cx, index: 0, only: None }
    }

    /// The attributes with one id in `bytes`, which stand `base` bytes into the set.
    pub fn repeated(bytes: &'a [u8], base: usize, id: u16, cx: Cx<'a>) -> Self {
        ListOf { attrs: attributes_at(bytes, base), cx, index: 0, only: Some(id) }
    }
}

impl<'a> Iterator for ListOf<'a> {
    type Item = Result<(usize, RawAttr<'a>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let attr = match self.attrs.next()? {
                Ok(attr) => attr,
                Err(error) => return Some(Err(error)),
            };
            if self.only.is_none_or(|id| attr.id() == id) {
                self.index += 1;
                return Some(Ok((self.index - 1, attr)));
            }
        }
    }
}

/// The views of a list's elements.
#[derive(Clone, Debug)]
pub struct ListView<'a, T, C> {
    list: ListOf<'a>,
    marker: PhantomData<(T, C)>,
}

impl<'a, T, C> ListView<'a, T, C> {
    /// Views of what `list` yields.
    pub fn new(list: ListOf<'a>) -> Self {
        ListView { list, marker: PhantomData }
    }
}

impl<'a, T, C: Codec<T>> Iterator for ListView<'a, T, C> {
    type Item = Result<C::View<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.list.next()? {
            Ok((index, attr)) => C::view(attr.payload, self.list.cx)
                .map_err(|error| error.within_item(index, attr.offset)),
            Err(error) => Err(error),
        })
    }
}
