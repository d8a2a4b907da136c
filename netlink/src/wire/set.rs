//! What `derive(Attrs)` calls for each attribute, for owned values and for views.

use super::attr::{RawAttr, RawAttrs, attr_align, attributes, attributes_at};
use super::codec::Codec;
use super::context::{Cx, Direction, Key, ViewKey};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError, EncodeProblem};
use super::int::Int;
use super::kind::Kind;
use super::layout::{tail, up_to};
use super::text::NlString;
use super::unknown::Unknown;
use super::{HwAddr, codec};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// Splits a payload into header and attributes. A header shorter than its struct (but not than `least`) leaves no
/// room for attributes; its length is remembered.
fn split_header<'a>(
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

/// A set that takes its attributes from a walk; implemented by `derive(Attrs)`.
pub trait Fill {
    /// Sets all fields from the header and the attributes. Errors stay in the walk.
    fn fill<'a>(&mut self, walk: &mut Walk<'a>);
}

/// Decodes a set whose header has `size` bytes, but may be as short as `least`, into an empty one.
///
/// What every set needs stands here, once; the code of a set is little more than a `match` over ids.
pub fn decode_set(
    set: &mut dyn Fill,
    bytes: &[u8],
    size: usize,
    least: usize,
    cx: Cx<'_>,
) -> Result<(), DecodeError> {
    let cx = cx.deeper()?;
    let mut unknown = Unknown::new();
    let (header, attrs) = split_header(bytes, size, least, &mut unknown)?;
    let base = attr_align(size);
    let mut walk = Walk {
        attrs: attributes_at(attrs, base),
        attr: RawAttr {
            id_and_flags: 0,
            payload: &[],
            offset: 0,
        },
        cx,
        outer: cx.inherited(),
        header,
        bytes,
        base,
        unknown,
        odd: None,
        error: None,
    };
    set.fill(&mut walk);
    match walk.error {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Starts a set: zeroed bytes for a header of `size` bytes, and where to note an error of a member.
pub fn put_header<'e>(
    out: &'e mut Encoder<'_>,
    size: usize,
) -> (&'e mut [u8], &'e mut Option<EncodeError>) {
    out.fixed(attr_align(size))
}

/// Writes what must stand before the typed attributes.
pub fn put_earlier(unknown: &Unknown, out: &mut Encoder<'_>) {
    unknown.encode_earlier(out);
}

/// Ends a set: what the typed fields could not hold, the length of a short header, and the first error, if any.
pub fn end_set(unknown: &Unknown, start: usize, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
    unknown.encode(out);
    if let Some(len) = unknown.header_len() {
        // Only as long as nothing needs the whole header: a changed object may have attributes by now.
        let all_zero = out.tail_is_zero(start + len);
        if all_zero {
            out.truncate(start + len);
        }
    }
    out.outcome()
}

/// The walk over a set's attributes, with what it needs at each of them. The first error ends it.
#[derive(Debug)]
pub struct Walk<'a> {
    attrs: RawAttrs<'a>,
    /// The attribute at hand.
    attr: RawAttr<'a>,
    cx: Cx<'a>,
    /// The selector that the enclosing set provides.
    outer: Option<Key<'a>>,
    header: &'a [u8],
    /// The whole payload, of which the attributes start at `base`.
    bytes: &'a [u8],
    base: usize,
    unknown: Unknown,
    odd: Option<Box<Odd<'a>>>,
    error: Option<DecodeError>,
}

/// What only rare sets need: those that repeat an id, or have something that does not fit its field.
#[derive(Debug)]
struct Odd<'a> {
    /// The walk behind `last`, which lags until asked.
    attrs: RawAttrs<'a>,
    /// The last attribute of each id so far that its field could hold.
    last: BTreeMap<u16, RawAttr<'a>>,
    /// What a later one of the same id replaced.
    replaced: Vec<RawAttr<'a>>,
    /// What does not fit its field.
    unfit: Vec<RawAttr<'a>>,
    /// Where the value stands, for each id of which something does not fit; 0 if it has none so far.
    fits: BTreeMap<u16, usize>,
}

impl<'a> Walk<'a> {
    /// Moves to the next attribute and returns its id; `None` at the end and after an error.
    #[inline]
    pub fn next_id(&mut self) -> Option<u16> {
        match self.attrs.next_attr() {
            Ok(Some(attr)) => {
                self.attr = attr;
                Some(attr.id())
            }
            Ok(None) => None,
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// The header, which may be shorter than its struct.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The payload of the attribute at hand.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.attr.payload
    }

    /// The context of the attributes.
    #[inline]
    pub fn cx(&self) -> Cx<'a> {
        self.cx
    }

    /// The selector that the nearest enclosing set provides.
    pub fn outer(&self) -> Option<Key<'a>> {
        self.outer
    }

    /// Sets the selector that this set provides to nested ones; `key` finds it before the attributes are walked.
    pub fn provide(
        &mut self,
        key: impl FnOnce(RawView<'a>) -> Result<Option<Key<'a>>, DecodeError>,
    ) {
        let view = RawView {
            bytes: self.bytes,
            size: self.base,
            cx: self.cx,
            outer: self.outer,
        };
        match key(view) {
            Ok(key) => self.cx = self.cx.with_inherited(key),
            Err(error) => self.fail(error),
        }
    }

    /// Notes the first error and ends the walk.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&mut self, error: DecodeError) {
        self.error.get_or_insert(error);
        self.attrs = attributes(&[]);
    }

    /// Whether there was an error, so that nothing more needs to be decoded.
    pub(super) fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Hands over what the typed fields could not hold.
    pub fn finish(&mut self, unknown: &mut Unknown) {
        if let Some(odd) = self.odd.take() {
            self.sort_out(*odd);
        }
        *unknown = std::mem::take(&mut self.unknown);
    }

    /// Puts what stands before the value of its id before it, and what stands behind it behind.
    #[cold]
    fn sort_out(&mut self, odd: Odd<'a>) {
        let mut earlier = odd.replaced;
        for attr in odd.unfit {
            match odd.fits.get(&attr.id()) {
                Some(value) if *value > attr.offset => earlier.push(attr),
                _ => self.unknown.keep(&attr),
            }
        }
        // Between ids the order means nothing, so equal sets have it equal.
        earlier.sort_by_key(|attr| (attr.id(), attr.offset));
        for attr in earlier {
            self.unknown.keep_earlier(attr.id_and_flags, attr.payload);
        }
    }

    fn odd(&mut self) -> &mut Odd<'a> {
        let (bytes, base) = (self.bytes, self.base);
        self.odd.get_or_insert_with(|| {
            Box::new(Odd {
                attrs: attributes_at(tail(bytes, base), base),
                last: BTreeMap::new(),
                replaced: Vec::new(),
                unfit: Vec::new(),
                fits: BTreeMap::new(),
            })
        })
    }

    /// Notes that the attribute at hand is now the last one of its id, and returns the one before. Each attribute is looked at once.
    #[cold]
    fn note(&mut self) -> Option<RawAttr<'a>> {
        let attr = self.attr;
        let odd = self.odd();
        while let Ok(Some(other)) = odd.attrs.next_attr() {
            let earlier = odd.last.insert(other.id(), other);
            if other.offset >= attr.offset {
                return earlier;
            }
        }
        None
    }

    /// Keeps the attribute that the one at hand, of the same id, replaces; or notes where the value of an odd id stands.
    #[cold]
    fn settled(&mut self, again: bool) {
        let attr = self.attr;
        let earlier = if again { self.note() } else { None };
        let odd = self.odd();
        odd.replaced.extend(earlier);
        if let Some(value) = odd.fits.get_mut(&attr.id()) {
            *value = attr.offset;
        }
    }

    /// Keeps an attribute that does not fit its field raw; what the field holds stays the last one of its id.
    #[cold]
    fn keep_unfit(&mut self) {
        let (attr, earlier) = (self.attr, self.note());
        let odd = self.odd();
        match earlier {
            Some(earlier) => odd.last.insert(attr.id(), earlier),
            None => odd.last.remove(&attr.id()),
        };
        odd.unfit.push(attr);
        odd.fits.entry(attr.id()).or_default();
    }

    /// Keeps an attribute raw whose payload does not fit; any other error ends the walk.
    #[cold]
    pub(super) fn refuse(&mut self, error: DecodeError, name: &'static str) {
        if error.is_unrepresentable() {
            self.keep_unfit();
        } else {
            self.fail(error.within(name, self.attr.offset));
        }
    }

    /// Puts what the attribute at hand decoded to into its field. An earlier one of the same id, and a payload that
    /// does not fit, stay raw.
    #[inline]
    pub fn settle<T>(
        &mut self,
        slot: &mut Option<T>,
        decoded: Result<T, DecodeError>,
        name: &'static str,
    ) {
        match decoded {
            Ok(value) => self.replaced(slot.replace(value).is_some()),
            Err(error) => self.refuse(error, name),
        }
    }

    /// Does what is left to do when a field got its value, perhaps `again`.
    #[inline]
    pub(super) fn replaced(&mut self, again: bool) {
        if again || self.odd.is_some() {
            self.settled(again);
        }
    }

    /// Decodes an integer into its field. A call for each attribute costs less than what its copies do to compile.
    #[inline(never)]
    pub fn take_int<T: Int>(&mut self, slot: &mut Option<T>, name: &'static str) {
        match codec::exact_bits(self.attr.payload, T::SIZE, T::BIG, T::SIGNED) {
            Some(bits) => self.replaced(slot.replace(T::from_bits(bits)).is_some()),
            None => self.refuse_len(T::SIZE, name),
        }
    }

    /// Decodes a byte that is 0 or 1 into its field.
    #[inline(never)]
    pub(super) fn take_bool(&mut self, slot: &mut Option<bool>, name: &'static str) {
        let value = match self.attr.payload {
            [0] => false,
            [1] => true,
            [_] => return self.refuse(DecodeError::unrepresentable(), name),
            _ => return self.refuse_len(1, name),
        };
        self.replaced(slot.replace(value).is_some());
    }

    #[cold]
    fn refuse_len(&mut self, size: usize, name: &'static str) {
        self.refuse(codec::wrong_len(size, self.attr.payload.len()), name);
    }

    /// Decodes the attribute at hand into its field.
    #[inline]
    pub fn take<T, C: Codec<T>>(&mut self, slot: &mut Option<T>, name: &'static str) {
        C::take_attr(slot, self, name);
    }

    /// Decodes an attribute that repeats its id. Behind one that does not fit all stay raw, since their order means something.
    pub fn take_repeat<T, C: Codec<T>>(&mut self, list: &mut Vec<T>, name: &'static str) {
        let id = self.attr.id();
        if self
            .odd
            .as_ref()
            .is_some_and(|odd| odd.fits.contains_key(&id))
        {
            self.keep_unfit();
            return;
        }
        match C::decode(self.attr.payload, self.cx) {
            Ok(value) => list.push(value),
            Err(error) => self.refuse(error, name),
        }
    }

    /// Notes the presence of a flag; a flag with a payload, and a second one, stay raw.
    pub fn take_flag(&mut self, slot: &mut bool) {
        if self.attr.payload.is_empty() {
            self.replaced(std::mem::replace(slot, true));
        } else {
            self.keep_unfit();
        }
    }

    /// Keeps an attribute for later, when its selector is known.
    pub fn take_raw(&mut self, slot: &mut Option<RawAttr<'a>>) {
        if let Some(earlier) = slot.replace(self.attr) {
            self.odd().replaced.push(earlier);
        }
    }

    /// Keeps an attribute that has no field.
    pub fn keep(&mut self) {
        self.unknown.keep(&self.attr);
    }

    /// Keeps an attribute of which no use can be made.
    pub(super) fn keep_raw(&mut self, attr: &RawAttr<'_>) {
        self.unknown.keep(attr);
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

/// What every view of a set holds.
#[derive(Clone, Copy, Debug)]
pub struct RawView<'a> {
    /// The whole payload.
    pub bytes: &'a [u8],
    /// Bytes of the header, if it is all there.
    size: usize,
    /// The context of what is nested in the payload.
    pub cx: Cx<'a>,
    /// The selector that the enclosing set provides.
    pub outer: Option<Key<'a>>,
}

impl<'a> RawView<'a> {
    /// A view of a payload whose header has `size` bytes, but may be as short as `least`.
    pub fn new(
        bytes: &'a [u8],
        size: usize,
        least: usize,
        cx: Cx<'a>,
    ) -> Result<Self, DecodeError> {
        if bytes.len() < size.min(least) {
            return Err(DecodeError::short(size, bytes.len()));
        }
        Ok(RawView {
            bytes,
            size,
            cx: cx.deeper()?,
            outer: cx.inherited(),
        })
    }

    /// The header, which may be shorter than its struct.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        up_to(self.bytes, self.size)
    }

    /// The context of the payload itself, for decoding it.
    pub fn own_cx(&self) -> Cx<'a> {
        self.cx.with_inherited(self.outer).shallower()
    }

    /// The same view with the selector that its set provides to nested ones.
    #[must_use]
    pub fn providing(mut self, key: Option<Key<'a>>) -> Self {
        self.cx = self.cx.with_inherited(key);
        self
    }

    /// The attributes one by one.
    pub fn walk(&self) -> RawAttrs<'a> {
        let base = attr_align(self.size);
        attributes_at(tail(self.bytes, base), base)
    }

    /// The last attribute with this id: in duplicates the last one is the value, as in the kernel.
    pub fn find(&self, id: u16) -> Result<Option<RawAttr<'a>>, DecodeError> {
        let mut found = None;
        let mut walk = self.walk();
        while let Some(attr) = walk.next_of(id)? {
            found = Some(attr);
        }
        Ok(found)
    }

    /// An attribute; `None` if absent or if it does not fit the type.
    ///
    /// One function for each type of payload, not a copy in each getter.
    #[inline(never)]
    pub fn get<T, C: Codec<T>>(
        &self,
        id: u16,
        name: &'static str,
    ) -> Result<Option<C::View<'a>>, DecodeError> {
        let mut last = None;
        let mut walk = self.walk();
        while let Some(attr) = walk.next_of(id)? {
            // What does not fit stays raw in the owned value, so the one before it counts.
            last = fit(C::view(attr.payload, self.cx), attr.offset, name)?.or(last);
        }
        Ok(last)
    }

    /// A presence flag. With a payload it is something else.
    pub fn flag(&self, id: u16) -> Result<bool, DecodeError> {
        let mut walk = self.walk();
        while let Some(attr) = walk.next_of(id)? {
            if attr.payload.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the payload was written in this direction: an id may mean another thing the other way.
    #[inline]
    pub fn is_going(&self, direction: Direction) -> bool {
        self.cx.direction() == direction
    }

    /// A list without elements.
    pub fn no_list<T, C: Codec<T>>(&self) -> ListView<'a, T, C> {
        ListView::new(ListOf::new(&[], self.cx))
    }

    /// The attributes with one id.
    pub fn list<T, C: Codec<T>>(&self, id: u16) -> ListView<'a, T, C> {
        ListView::new(self.list_of(id))
    }

    /// The attributes with one id, numbered.
    pub(super) fn list_of(&self, id: u16) -> ListOf<'a> {
        ListOf {
            attrs: self.walk(),
            cx: self.cx,
            index: 0,
            only: Some(id),
        }
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

    /// The selector of a union that holds its own: unlike other attributes, the last one counts whether it fits or not, since
    /// what it selects is read by it.
    pub fn tag<T, C: Codec<T>>(
        &self,
        id: u16,
        name: &'static str,
    ) -> Result<Option<Key<'a>>, DecodeError>
    where
        C::View<'a>: ViewKey<'a>,
    {
        match self.find(id)? {
            Some(attr) => {
                let tag = fit(C::view(attr.payload, self.cx), attr.offset, name)?;
                Ok(tag.map(ViewKey::view_key))
            }
            None => Ok(None),
        }
    }

    /// The selector of data that may come without: then `other` says what they are.
    pub fn key_or<T: Kind>(
        &self,
        own: Option<Key<'a>>,
        other: Option<Key<'a>>,
        data: u16,
    ) -> Result<Option<Key<'a>>, DecodeError> {
        if own.is_some() || self.find(data)?.is_none() {
            return Ok(own);
        }
        Ok(other.and_then(T::implied))
    }

    /// The number of bytes of an attribute, where that selects what it is.
    pub fn length(&self, id: u16) -> Result<Option<Key<'a>>, DecodeError> {
        let found = self.find(id)?;
        Ok(found.map(|attr| Key::Int(attr.payload.len() as u64)))
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
            Ok((index, attr)) => match C::view(attr.payload, self.list.cx) {
                // An attribute that repeats stays raw from the first on that does not fit.
                Err(error) if error.is_unrepresentable() && self.list.only.is_some() => {
                    self.list = ListOf::new(&[], self.list.cx);
                    return None;
                }
                view => view.map_err(|error| error.within_item(index, attr.offset)),
            },
            Err(error) => Err(error),
        })
    }
}
