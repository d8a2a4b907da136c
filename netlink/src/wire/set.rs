//! The walk over the attributes of a set that is decoded: what `derive(Attrs)` calls for each of them.

use super::attr::{ATTR_HEADER, RawAttr, RawAttrs, attr_align, attributes_at};
use super::codec::{self, Codec};
use super::context::{Cx, Key};
use super::error::DecodeError;
use super::int::Int;
use super::layout::tail;
use super::unknown::Unknown;
use super::value::Value;
use super::view::RawView;
use crate::sys::made;
use std::collections::BTreeMap;

/// A set that takes its attributes from a walk; implemented by `derive(Attrs)`. Errors stay in the walk.
///
/// The walk itself stands in [`decode_set`]: a loop around the `match` would keep the address of each field at hand, and
/// reckon all of them for each set, however few of its attributes are there.
pub trait Fill {
    /// Sets the fields of the header, and the selector for what is nested.
    #[inline]
    fn start(&mut self, _: &mut Walk<'_>) {}

    /// Takes the attribute at hand. What it is handed is in the order in which what it calls takes it, so that it stays in registers.
    fn take(&mut self, walk: &mut Walk<'_>, payload: &[u8], id_and_flags: u16);

    /// Sets what needs several attributes, where any of them is there.
    #[inline]
    fn join(&mut self, _: &mut Walk<'_>) {}

    /// What no field takes.
    fn unknown(&mut self) -> &mut Unknown;
}

/// Decodes a set whose header has `size` bytes, but may be as short as `least`, into an empty one.
///
/// What every set needs stands here, once; the code of a set is little more than a `match` over ids.
pub fn decode_set(
    set: &mut dyn Fill,
    bytes: &[u8],
    size: usize,
    least: usize,
    outer: &Cx<'_>,
) -> Result<(), DecodeError> {
    if bytes.len() < size {
        return decode_short(set, bytes, size, least, outer);
    }
    let cx = outer.deeper()?;
    let base = attr_align(size);
    let mut walk = Walk {
        left: bytes.len(),
        cx,
        outer,
        bytes,
        base,
        raw: [None; RAW],
        is_open: false,
        unknown: Unknown::new(),
        odd: None,
        error: None,
    };
    set.start(&mut walk);
    let mut rest = match walk.error {
        None => tail(bytes, base),
        Some(_) => &[],
    };
    while let Some(([l0, l1, t0, t1], behind)) = rest.split_first_chunk::<ATTR_HEADER>() {
        let len = usize::from(u16::from_ne_bytes([*l0, *l1]));
        // A length below that of the header wraps, so that one comparison is enough.
        let Some(payload) = behind.get(..len.wrapping_sub(ATTR_HEADER)) else {
            walk.refuse_rest(rest);
            break;
        };
        walk.left = rest.len();
        set.take(&mut walk, payload, u16::from_ne_bytes([*t0, *t1]));
        // The padding of the last attribute may be missing.
        match rest.get(attr_align(len)..) {
            Some(next) if walk.error.is_none() => rest = next,
            _ => break,
        }
    }
    if walk.is_open {
        walk.finish(set);
    }
    match walk.error {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// The same without the whole header, so that there is no room for attributes; the length is remembered.
#[cold]
fn decode_short(
    set: &mut dyn Fill,
    bytes: &[u8],
    size: usize,
    least: usize,
    outer: &Cx<'_>,
) -> Result<(), DecodeError> {
    if bytes.len() < least {
        return Err(DecodeError::short(size, bytes.len()));
    }
    let mut whole = bytes.to_vec();
    whole.resize(size, 0);
    decode_set(set, &whole, size, least, outer)?;
    set.unknown().set_header_len(bytes.len() as u16);
    Ok(())
}

/// A set by itself, made where the caller wants it.
#[inline]
pub fn decode_set_new<T: Fill + Default, const SIZE: usize, const LEAST: usize>(
    bytes: &[u8],
    cx: Cx<'_>,
) -> Result<T, DecodeError> {
    made(bytes, &cx, |set: &mut T, bytes, cx| {
        decode_set(set, bytes, SIZE, LEAST, cx)
    })
}

/// A set in a box, made where it stays.
#[inline]
pub fn decode_set_box<T: Fill + Default>(
    bytes: &[u8],
    size: usize,
    least: usize,
    cx: Cx<'_>,
) -> Result<Box<T>, DecodeError> {
    let mut set = Box::<T>::default();
    match decode_set(&mut *set, bytes, size, least, &cx) {
        Ok(()) => Ok(set),
        Err(error) => Err(error),
    }
}

/// A set in a place, made where it stays.
#[inline]
pub fn decode_set_to<T: Fill + Default>(
    place: &mut Option<T>,
    bytes: &[u8],
    size: usize,
    least: usize,
    cx: Cx<'_>,
) -> Result<(), DecodeError> {
    let decoded = decode_set(place.insert(T::default()), bytes, size, least, &cx);
    if decoded.is_err() {
        *place = None;
    }
    decoded
}

/// A set at the end of a list, made where it stays.
#[inline]
pub fn decode_set_push<T: Fill + Default>(
    list: &mut Vec<T>,
    bytes: &[u8],
    size: usize,
    least: usize,
    cx: Cx<'_>,
) -> Result<(), DecodeError> {
    let len = list.len();
    list.resize_with(len + 1, T::default);
    let Some(set) = list.last_mut() else {
        return Ok(());
    };
    let decoded = decode_set(set, bytes, size, least, &cx);
    if decoded.is_err() {
        list.truncate(len);
    }
    decoded
}

/// How many attributes a walk keeps for later without allocating: two unions with their selectors.
const RAW: usize = 4;

/// The walk over a set's attributes, with what it needs at each of them. The first error ends it.
#[derive(Debug)]
pub struct Walk<'a> {
    /// How many bytes there are from the attribute at hand on.
    left: usize,
    cx: Cx<'a>,
    /// The context of the set.
    outer: &'a Cx<'a>,
    /// The whole payload, of which the attributes start at `base`.
    bytes: &'a [u8],
    base: usize,
    /// What waits for its selector, or for what it selects.
    raw: [Option<RawAttr<'a>>; RAW],
    /// Whether something is left to do behind the last attribute: what waits, what has no field, what is odd.
    is_open: bool,
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
    /// What does not fit its field, or comes behind the value that counts.
    unfit: Vec<RawAttr<'a>>,
    /// Where the value stands, for each id of which something does not fit; 0 if it has none so far.
    fits: BTreeMap<u16, usize>,
    /// What waits besides the first [`RAW`].
    raw: BTreeMap<usize, RawAttr<'a>>,
}

impl<'a> Walk<'a> {
    /// The header, which a walk has whole. Members are read where it stands: from a copy they would all be in registers at once.
    #[inline]
    pub fn header<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.bytes.first_chunk()
    }

    /// The context of the attributes.
    #[inline]
    pub fn cx(&self) -> Cx<'a> {
        self.cx
    }

    /// The attribute at hand, which is whole. Only what is seldom asks for it, so it is not kept but looked at again.
    fn attr(&self) -> RawAttr<'a> {
        let start = self.bytes.len() - self.left;
        let attr = attributes_at(tail(self.bytes, start), start).next_attr();
        attr.ok().flatten().unwrap_or(RawAttr {
            id_and_flags: 0,
            payload: &[],
            offset: start,
        })
    }

    /// Where a part of the whole payload starts.
    fn offset_of(&self, part: &[u8]) -> usize {
        part.as_ptr().addr() - self.bytes.as_ptr().addr()
    }

    /// Sets the selector that this set provides to nested ones; `key` finds it before the attributes are walked.
    pub fn provide(
        &mut self,
        key: impl FnOnce(RawView<'a>) -> Result<Option<Key<'a>>, DecodeError>,
    ) {
        match key(RawView::of_walk(self.bytes, self.base, self.cx)) {
            Ok(key) => self.cx = self.cx.with_inherited(key),
            Err(error) => self.fail(error),
        }
    }

    /// The same with a number from the header.
    #[inline]
    pub fn provide_number(&mut self, key: u64) {
        self.cx = self.cx.with_inherited(Some(Key::Int(key)));
    }

    /// The selector that was inherited before the set provided its own.
    #[inline]
    pub fn outer(&self) -> Option<Key<'a>> {
        self.outer.inherited()
    }

    /// Ends the walk at an attribute that claims more than is there.
    #[cold]
    #[inline(never)]
    fn refuse_rest(&mut self, rest: &'a [u8]) {
        let mut rest = attributes_at(rest, self.offset_of(rest));
        if let Err(error) = rest.next_attr() {
            self.fail(error);
        }
    }

    /// Notes the first error and ends the walk.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&mut self, error: DecodeError) {
        self.error.get_or_insert(error);
    }

    /// Whether there was an error, so that nothing more needs to be decoded.
    pub(super) fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Sets what needs several attributes, and hands over what the fields of an empty set could not hold.
    #[inline(never)]
    fn finish(&mut self, set: &mut dyn Fill) {
        if self.has_failed() {
            return;
        }
        set.join(self);
        if let Some(odd) = self.odd.take() {
            self.sort_out(*odd);
        }
        *set.unknown() = std::mem::take(&mut self.unknown);
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
        self.is_open = true;
        self.odd.get_or_insert_with(|| {
            Box::new(Odd {
                attrs: attributes_at(tail(bytes, base), base),
                last: BTreeMap::new(),
                replaced: Vec::new(),
                unfit: Vec::new(),
                fits: BTreeMap::new(),
                raw: BTreeMap::new(),
            })
        })
    }

    /// Notes that the attribute at hand is now the last one of its id, and returns the one before. Each attribute is looked at once.
    #[cold]
    fn note(&mut self) -> Option<RawAttr<'a>> {
        let attr = self.attr();
        let odd = self.odd();
        while let Ok(Some(other)) = odd.attrs.next_attr() {
            let earlier = odd.last.insert(other.id(), other);
            if other.offset >= attr.offset {
                return earlier;
            }
        }
        None
    }

    /// Whether the attribute at hand is the first for its field in a set without oddities.
    #[inline]
    pub(super) fn is_plain<T>(&self, slot: &Option<T>) -> bool {
        slot.is_none() && self.odd.is_none()
    }

    /// Puts a value into its field.
    #[inline]
    fn put<T>(&mut self, slot: &mut Option<T>, value: T) {
        if self.is_plain(slot) {
            *slot = Some(value);
        } else {
            self.put_oddly(slot, value);
        }
    }

    /// The same in an odd set, or of a further value of one id: see [`Direction::first_counts`].
    #[cold]
    fn put_oddly<T>(&mut self, slot: &mut Option<T>, value: T) {
        if slot.is_some() && self.cx.direction().first_counts() {
            self.keep_later();
        } else {
            let again = slot.replace(value).is_some();
            self.settled(again);
        }
    }

    /// Keeps an attribute behind the value of its id, in order with what does not fit.
    #[cold]
    fn keep_later(&mut self) {
        let attr = self.attr();
        self.odd().unfit.push(attr);
    }

    /// Notes that a list has its elements from the attribute at hand.
    pub(super) fn settle_list(&mut self) {
        if self.odd.is_some() {
            self.settled(false);
        }
    }

    /// Keeps the attribute that the one at hand, of the same id, replaces; or notes where the value of an odd id stands.
    #[cold]
    fn settled(&mut self, again: bool) {
        let attr = self.attr();
        let earlier = if again { self.note() } else { None };
        let odd = self.odd();
        odd.replaced.extend(earlier);
        if let Some(value) = odd.fits.get_mut(&attr.id()) {
            *value = attr.offset;
        }
    }

    /// Keeps an attribute that does not fit its field raw; what the field holds stays the one that counts.
    #[cold]
    fn keep_unfit(&mut self) {
        let (attr, earlier) = (self.attr(), self.note());
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
            let offset = self.attr().offset;
            self.fail(error.within(name, offset));
        }
    }

    /// Puts what the attribute at hand decoded to into its field. Another one of the same id, and a payload that does
    /// not fit, stay raw.
    #[inline]
    pub fn settle<T>(
        &mut self,
        slot: &mut Option<T>,
        decoded: Result<T, DecodeError>,
        name: &'static str,
    ) {
        match decoded {
            Ok(value) => self.put(slot, value),
            Err(error) => self.refuse(error, name),
        }
    }

    #[cold]
    #[inline(never)]
    fn refuse_len(&mut self, size: usize, have: usize, name: &'static str) {
        self.refuse(codec::wrong_len(size, have), name);
    }

    /// Decodes the attribute at hand into its field.
    #[inline]
    pub fn take<T, C: Codec<T>>(
        &mut self,
        slot: &mut Option<T>,
        payload: &[u8],
        name: &'static str,
    ) {
        C::take_attr(slot, self, payload, name);
    }

    /// Decodes an attribute that repeats its id. Behind one that does not fit all stay raw, since their order means something.
    #[inline(never)]
    pub fn take_repeat<T, C: Codec<T>>(
        &mut self,
        list: &mut Vec<T>,
        payload: &[u8],
        name: &'static str,
    ) {
        let unfit = |odd: &Odd<'_>| odd.fits.contains_key(&self.attr().id());
        if self.odd.as_deref().is_some_and(unfit) {
            self.keep_unfit();
            return;
        }
        match C::decode(payload, self.cx) {
            Ok(value) => list.push(value),
            Err(error) => self.refuse(error, name),
        }
    }

    /// Notes the presence of a flag; a flag with a payload, and a second one, stay raw.
    #[inline(never)]
    pub fn take_flag(&mut self, slot: &mut bool, payload: &[u8]) {
        if !payload.is_empty() {
            self.keep_unfit();
        } else if !*slot && self.odd.is_none() {
            *slot = true;
        } else if *slot && self.cx.direction().first_counts() {
            self.keep_later();
        } else {
            let again = std::mem::replace(slot, true);
            self.settled(again);
        }
    }

    /// Keeps an attribute for later, when its selector is known. `index` is its place among those of the set.
    #[inline(never)]
    pub fn take_raw(&mut self, index: usize) {
        self.is_open = true;
        let attr = self.attr();
        let earlier = self.raw(index);
        if earlier.is_some() && self.cx.direction().first_counts() {
            return self.keep_later();
        }
        match self.raw.get_mut(index) {
            Some(place) => *place = Some(attr),
            None => _ = self.odd().raw.insert(index, attr),
        }
        if let Some(earlier) = earlier {
            self.odd().replaced.push(earlier);
        }
    }

    /// What was kept at a place.
    pub fn raw(&self, index: usize) -> Option<RawAttr<'a>> {
        match self.raw.get(index) {
            Some(place) => *place,
            None => self.odd.as_ref()?.raw.get(&index).copied(),
        }
    }

    /// Keeps an attribute that has no field.
    #[inline(never)]
    pub fn keep(&mut self) {
        self.is_open = true;
        self.unknown.keep(&self.attr());
    }

    /// Keeps an attribute of which no use can be made.
    pub(super) fn keep_raw(&mut self, attr: &RawAttr<'_>) {
        self.unknown.keep(attr);
    }
}

/// Decodes the attribute at hand into a case of a union. The usual course of addresses does without.
#[inline(never)]
pub fn take_case<T, C: Codec<T>, K>(
    slot: &mut Option<K>,
    walk: &mut Walk<'_>,
    payload: &[u8],
    name: &'static str,
    case: impl FnOnce(T) -> K,
) {
    walk.settle(slot, C::decode(payload, walk.cx).map(case), name);
}

/// Decodes a set into its field, where it stays.
#[inline(never)]
pub fn take_set<T: Value>(
    slot: &mut Option<T>,
    walk: &mut Walk<'_>,
    payload: &[u8],
    name: &'static str,
) {
    if !walk.is_plain(slot) {
        return walk.settle(slot, T::decode(payload, walk.cx), name);
    }
    if let Err(error) = T::decode_to(slot, payload, walk.cx) {
        walk.refuse(error, name);
    }
}

/// Decodes an integer into its field. A call for each attribute costs less than what its copies do to compile.
#[inline(never)]
pub fn take_int<T: Int>(
    slot: &mut Option<T>,
    walk: &mut Walk<'_>,
    payload: &[u8],
    name: &'static str,
) {
    match codec::exact_bits(payload, T::SIZE, T::BIG, T::SIGNED) {
        Some(bits) => walk.put(slot, T::from_bits(bits)),
        None => walk.refuse_len(T::SIZE, payload.len(), name),
    }
}

/// Decodes a byte that is 0 or 1 into its field.
#[inline(never)]
pub(super) fn take_bool(
    slot: &mut Option<bool>,
    walk: &mut Walk<'_>,
    payload: &[u8],
    name: &'static str,
) {
    let value = match payload {
        [0] => false,
        [1] => true,
        [_] => return walk.refuse(DecodeError::unrepresentable(), name),
        _ => return walk.refuse_len(1, payload.len(), name),
    };
    walk.put(slot, value);
}
