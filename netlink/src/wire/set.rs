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
use super::{HwAddr, codec};
use std::collections::BTreeMap;
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

/// Starts a set: `size` zeroed bytes for the header, to be filled by `fill`.
#[inline]
pub fn put_header(
    out: &mut Encoder<'_>,
    size: usize,
    fill: impl FnOnce(&mut [u8]) -> Result<(), EncodeError>,
) {
    if let Err(error) = fill(out.zeroed(attr_align(size))) {
        out.fail(error);
    }
}

/// Writes what must stand before the typed attributes.
pub fn put_earlier(unknown: &Unknown, out: &mut Encoder<'_>) {
    unknown.encode_earlier(out);
}

/// Ends a set: what the typed fields could not hold, and the length of a short header.
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

/// The walk over a set's attributes, with what it needs at each of them.
#[derive(Debug)]
pub struct Walk<'a, 'u> {
    attrs: RawAttrs<'a>,
    start: RawAttrs<'a>,
    cx: Cx<'a>,
    unknown: &'u mut Unknown,
    seen: Option<Box<Seen<'a>>>,
}

/// The last attribute of each id so far, for the rare sets that repeat one; it lags behind the walk until asked.
#[derive(Debug)]
struct Seen<'a> {
    attrs: RawAttrs<'a>,
    last: BTreeMap<u16, RawAttr<'a>>,
}

impl<'a, 'u> Walk<'a, 'u> {
    /// A walk over `attrs`, which stand behind a header of `size` bytes.
    #[inline]
    pub fn new(attrs: &'a [u8], size: usize, cx: Cx<'a>, unknown: &'u mut Unknown) -> Self {
        let attrs = walk(attrs, size);
        Walk {
            start: attrs.clone(),
            attrs,
            cx,
            unknown,
            seen: None,
        }
    }

    /// The next attribute.
    #[inline]
    pub fn next_attr(&mut self) -> Result<Option<RawAttr<'a>>, DecodeError> {
        self.attrs.next_attr()
    }

    /// Notes that `attr` is now the last one of its id, and returns the one before. Each attribute is looked at once.
    #[cold]
    fn note(&mut self, attr: &RawAttr<'_>) -> Option<RawAttr<'a>> {
        let seen = self.seen.get_or_insert_with(|| {
            Box::new(Seen {
                attrs: self.start.clone(),
                last: BTreeMap::new(),
            })
        });
        while let Ok(Some(other)) = seen.attrs.next_attr() {
            let earlier = seen.last.insert(other.id(), other);
            if other.offset >= attr.offset {
                return earlier;
            }
        }
        None
    }

    /// Keeps the attribute that `attr`, of the same id, replaces.
    #[cold]
    fn keep_earlier(&mut self, attr: &RawAttr<'_>) {
        if let Some(earlier) = self.note(attr) {
            self.unknown
                .keep_earlier(earlier.id_and_flags, earlier.payload);
        }
    }

    /// Keeps an attribute that does not fit its field raw; what the field holds stays the last one of its id.
    #[cold]
    fn keep_unfit(&mut self, attr: &RawAttr<'_>) {
        let earlier = self.note(attr);
        if let Some(seen) = &mut self.seen {
            match earlier {
                Some(earlier) => seen.last.insert(attr.id(), earlier),
                None => seen.last.remove(&attr.id()),
            };
        }
        self.unknown.keep(attr);
    }

    /// Decodes an attribute into its field. An earlier one of the same id, and a payload that does not fit, stay raw.
    pub fn take<T, C: Codec<T>>(
        &mut self,
        slot: &mut Option<T>,
        attr: &RawAttr<'_>,
        name: &'static str,
    ) -> Result<(), DecodeError> {
        match C::decode(attr.payload, self.cx) {
            Ok(value) => {
                if slot.replace(value).is_some() {
                    self.keep_earlier(attr);
                }
                Ok(())
            }
            Err(error) => self.refuse(error, attr, name),
        }
    }

    #[cold]
    fn refuse(
        &mut self,
        error: DecodeError,
        attr: &RawAttr<'_>,
        name: &'static str,
    ) -> Result<(), DecodeError> {
        if error.is_unrepresentable() {
            self.keep_unfit(attr);
            return Ok(());
        }
        Err(error.within(name, attr.offset))
    }

    /// Decodes an attribute that repeats its id.
    pub fn take_repeat<T, C: Codec<T>>(
        &mut self,
        list: &mut Vec<T>,
        attr: &RawAttr<'_>,
        name: &'static str,
    ) -> Result<(), DecodeError> {
        match C::decode(attr.payload, self.cx) {
            Ok(value) => {
                list.push(value);
                Ok(())
            }
            Err(error) => self.refuse(error, attr, name),
        }
    }

    /// Notes the presence of a flag; a flag with a payload, and a second one, stay raw.
    pub fn take_flag(&mut self, slot: &mut bool, attr: &RawAttr<'_>) -> Result<(), DecodeError> {
        if *slot || !attr.payload.is_empty() {
            self.unknown.keep(attr);
        } else {
            *slot = true;
        }
        Ok(())
    }

    /// Keeps an attribute for later, when its selector is known.
    pub fn take_raw(
        &mut self,
        slot: &mut Option<RawAttr<'a>>,
        attr: RawAttr<'a>,
    ) -> Result<(), DecodeError> {
        if let Some(earlier) = slot.replace(attr) {
            self.unknown
                .keep_earlier(earlier.id_and_flags, earlier.payload);
        }
        Ok(())
    }

    /// Keeps an attribute that has no field.
    pub fn keep(&mut self, attr: &RawAttr<'_>) -> Result<(), DecodeError> {
        self.unknown.keep(attr);
        Ok(())
    }
}

/// Writes an attribute if it is there. An error is noted in the encoder, so that a set checks once.
pub fn put<T, C: Codec<T>>(
    value: Option<&T>,
    id_and_flags: u16,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    let Some(value) = value else { return };
    if out.has_failed() {
        return;
    }
    let start = out.begin(id_and_flags);
    if let Err(error) = C::encode(value, out).and_then(|()| out.end(start)) {
        out.fail(error.within(name));
    }
}

/// Writes a presence flag.
pub fn put_flag(set: bool, id: u16, out: &mut Encoder<'_>) {
    if set {
        out.put_empty(id);
    }
}

/// The end of a set's encoding: the first error, if there was any.
#[inline]
pub fn outcome(out: &mut Encoder<'_>) -> Result<(), EncodeError> {
    out.outcome()
}

/// Refuses an integer outside the range the kernel takes.
pub fn check_range<T: Int>(
    value: Option<&T>,
    low: i128,
    high: i128,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    match value.map(|value| codec::int_value(*value)) {
        Some(value) if value < low || value > high => {
            let problem = EncodeProblem::OutOfRange { low, high, value };
            out.fail(EncodeError::new(problem).within(name));
        }
        _ => {}
    }
}

/// Refuses a request without an attribute that the kernel demands.
pub fn check_required(present: bool, name: &'static str, out: &mut Encoder<'_>) {
    if !present {
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
    value: Option<&T>,
    most: usize,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    match value.map(Bounded::bound_len) {
        Some(have) if have > most => {
            out.fail(EncodeError::new(EncodeProblem::TooLong { most, have }).within(name));
        }
        _ => {}
    }
}

/// What every view of a set holds.
#[derive(Clone, Copy, Debug)]
pub struct RawView<'a> {
    /// The whole payload.
    pub bytes: &'a [u8],
    /// The header, which may be shorter than its struct.
    pub header: &'a [u8],
    /// What follows the header.
    pub attrs: &'a [u8],
    /// Where that starts.
    base: usize,
    /// The context of the payload.
    pub cx: Cx<'a>,
}

impl<'a> RawView<'a> {
    /// A view of a payload whose header has `size` bytes, but may be as short as `least`.
    pub fn new(
        bytes: &'a [u8],
        size: usize,
        least: usize,
        cx: Cx<'a>,
    ) -> Result<Self, DecodeError> {
        let base = attr_align(size);
        let (header, attrs) = match bytes.split_at_checked(size) {
            Some((header, _)) => (header, tail(bytes, base)),
            None if bytes.len() >= least => (bytes, &[][..]),
            None => return Err(DecodeError::short(size, bytes.len())),
        };
        Ok(RawView {
            bytes,
            header,
            attrs,
            base,
            cx: cx.deeper()?,
        })
    }

    /// The same view with the selector that its set provides to nested ones.
    #[must_use]
    pub fn providing(mut self, key: Option<Key<'a>>) -> Self {
        self.cx = self.cx.with_inherited(key);
        self
    }

    /// The attributes one by one.
    pub fn walk(&self) -> RawAttrs<'a> {
        attributes_at(self.attrs, self.base)
    }

    /// The last attribute with this id: in duplicates the last one is the value, as in the kernel.
    #[inline]
    pub fn find(&self, id: u16) -> Result<Option<RawAttr<'a>>, DecodeError> {
        let mut found = None;
        let mut walk = self.walk();
        while let Some(attr) = walk.next_attr()? {
            if attr.id() == id {
                found = Some(attr);
            }
        }
        Ok(found)
    }

    /// An attribute; `None` if absent or if it does not fit the type.
    #[inline]
    pub fn get<T, C: Codec<T>>(
        &self,
        id: u16,
        name: &'static str,
    ) -> Result<Option<C::View<'a>>, DecodeError> {
        let mut last = None;
        let mut walk = self.walk();
        while let Some(attr) = walk.next_attr()? {
            if attr.id() == id {
                // What does not fit stays raw in the owned value, so the one before it counts.
                last = fit(C::view(attr.payload, self.cx), attr.offset, name)?.or(last);
            }
        }
        Ok(last)
    }

    /// A presence flag.
    pub fn flag(&self, id: u16) -> Result<bool, DecodeError> {
        Ok(self.find(id)?.is_some_and(|attr| attr.payload.is_empty()))
    }

    /// The attributes with one id.
    pub fn list<T, C: Codec<T>>(&self, id: u16) -> ListView<'a, T, C> {
        ListView::new(ListOf {
            attrs: self.walk(),
            cx: self.cx,
            index: 0,
            only: Some(id),
        })
    }

    /// The selector in an attribute.
    pub fn key<T, C: Codec<T>>(
        &self,
        id: u16,
        name: &'static str,
    ) -> Result<Option<Key<'a>>, DecodeError>
    where
        C::View<'a>: ViewKey<'a>,
    {
        Ok(self.get::<T, C>(id, name)?.map(ViewKey::view_key))
    }

    /// A union; `tagged` ones exist without data.
    pub fn kind<T: Kind>(
        &self,
        key: Option<Key<'a>>,
        data: u16,
        tagged: bool,
        name: &'static str,
    ) -> Result<Option<T::View<'a>>, DecodeError> {
        let attr = self.find(data)?;
        match key {
            Some(key) if tagged || attr.is_some() => {
                let offset = attr.map_or(0, |attr| attr.offset);
                fit(
                    T::view(key, attr.map(|attr| attr.payload), self.cx),
                    offset,
                    name,
                )
            }
            _ => Ok(None),
        }
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
        ListOf {
            attrs: attributes(bytes),
            cx,
            index: 0,
            only: None,
        }
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
        ListView {
            list,
            marker: PhantomData,
        }
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
