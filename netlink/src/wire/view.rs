//! What views of sets and lists are made of: they find attributes in received bytes each time they are asked.

use super::attr::{
    ATTR_HEADER, FLAG_BITS, RawAttr, RawAttrs, attr_align, attributes, attributes_at,
};
use super::codec::Codec;
use super::context::{Cx, Direction, Key, ViewKey};
use super::error::DecodeError;
use super::kind::Kind;
use super::layout::tail;
use std::marker::PhantomData;

/// What every view of a set holds.
#[derive(Clone, Copy, Debug)]
pub struct RawView<'a> {
    /// The whole payload.
    pub bytes: &'a [u8],
    /// Where the attributes start.
    base: usize,
    /// The context of what is nested in the payload.
    pub cx: Cx<'a>,
    /// The selector that the enclosing set provides.
    pub outer: Option<Key<'a>>,
}

impl<'a> RawView<'a> {
    /// A view of a payload whose header has `size` bytes, but may be as short as `least`.
    #[inline]
    pub fn new(
        bytes: &'a [u8],
        size: usize,
        least: usize,
        cx: Cx<'a>,
    ) -> Result<Self, DecodeError> {
        if bytes.len() < size.min(least) {
            return Err(DecodeError::short(size, bytes.len()));
        }
        Ok(Self::of_walk(bytes, attr_align(size), cx.deeper()?))
    }

    /// A view of what is being decoded.
    #[inline]
    pub(super) fn of_walk(bytes: &'a [u8], base: usize, cx: Cx<'a>) -> Self {
        let outer = cx.inherited();
        RawView {
            bytes,
            base,
            cx,
            outer,
        }
    }

    /// The context of the payload itself, for decoding it.
    pub fn own_cx(&self) -> Cx<'a> {
        self.cx.with_inherited(self.outer).shallower()
    }

    /// The same view with the selector that its set provides to nested ones.
    #[must_use]
    #[inline]
    pub fn providing(mut self, key: Option<Key<'a>>) -> Self {
        self.cx = self.cx.with_inherited(key);
        self
    }

    /// The attributes one by one.
    pub fn walk(&self) -> RawAttrs<'a> {
        attributes_at(tail(self.bytes, self.base), self.base)
    }

    /// The attributes with this id.
    #[inline]
    fn search(&self, id: u16) -> Search<'a> {
        Search {
            rest: tail(self.bytes, self.base),
            id,
        }
    }

    /// Where a part of the payload starts.
    fn offset_of(&self, part: &[u8]) -> usize {
        part.as_ptr().addr() - self.bytes.as_ptr().addr()
    }

    /// The error at which a search ended, if it was one.
    #[inline]
    fn end_of(&self, search: &Search<'a>) -> Result<(), DecodeError> {
        if search.is_at_end() {
            return Ok(());
        }
        self.malformed(search.rest)
    }

    #[cold]
    fn malformed(&self, rest: &'a [u8]) -> Result<(), DecodeError> {
        attributes_at(rest, self.offset_of(rest))
            .next_attr()
            .map(drop)
    }

    /// The payload of the attribute with this id; of several, the one that [counts](super::Direction::first_counts).
    pub fn find(&self, id: u16) -> Result<Option<&'a [u8]>, DecodeError> {
        let mut search = self.search(id);
        let mut found = None;
        while let Some(payload) = search.next() {
            found = Some(payload);
            if self.cx.direction().first_counts() {
                return Ok(found);
            }
        }
        self.end_of(&search)?;
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
        let mut search = self.search(id);
        match search.next() {
            Some(payload) if self.cx.direction().first_counts() => {
                if let Ok(value) = C::view(payload, self.cx) {
                    return Ok(Some(value));
                }
            }
            None if search.is_at_end() => return Ok(None),
            _ => {}
        }
        self.get_otherwise::<T, C>(id, name)
    }

    /// The same for all that is seldom; a call, so that what is usual stays in registers.
    #[cold]
    #[inline(never)]
    fn get_otherwise<T, C: Codec<T>>(
        &self,
        id: u16,
        name: &'static str,
    ) -> Result<Option<C::View<'a>>, DecodeError> {
        self.fitting(id, name, |payload| C::view(payload, self.cx))
    }

    /// What counts of those attributes with this id that fit: what does not stays raw in the owned value.
    #[inline]
    fn fitting<V>(
        &self,
        id: u16,
        name: &'static str,
        view: impl Fn(&'a [u8]) -> Result<V, DecodeError>,
    ) -> Result<Option<V>, DecodeError> {
        let mut search = self.search(id);
        let mut last = None;
        while let Some(payload) = search.next() {
            match view(payload) {
                Ok(value) if self.cx.direction().first_counts() => return Ok(Some(value)),
                Ok(value) => last = Some(value),
                Err(error) if error.is_unrepresentable() => {}
                Err(error) => return Err(error.within(name, self.offset_of(payload))),
            }
        }
        self.end_of(&search)?;
        Ok(last)
    }

    /// A presence flag.
    pub fn flag(&self, id: u16) -> Result<bool, DecodeError> {
        let mut search = self.search(id);
        while let Some(payload) = search.next() {
            if payload.is_empty() {
                return Ok(true);
            }
        }
        self.end_of(&search)?;
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

    /// The selector of a union that holds its own: unlike other attributes, the one that counts does so whether it fits or
    /// not, since what it selects is read by it.
    pub fn tag<T, C: Codec<T>>(
        &self,
        id: u16,
        name: &'static str,
    ) -> Result<Option<Key<'a>>, DecodeError>
    where
        C::View<'a>: ViewKey<'a>,
    {
        let Some(payload) = self.find(id)? else {
            return Ok(None);
        };
        match C::view(payload, self.cx) {
            Ok(tag) => Ok(Some(tag.view_key())),
            Err(error) if error.is_unrepresentable() => Ok(None),
            Err(error) => Err(error.within(name, self.offset_of(payload))),
        }
    }

    /// The selector of data that may come without: then `other` says what they are. Data that come with one that does not
    /// fit do not come without.
    pub fn key_or<T: Kind>(
        &self,
        own: Option<Key<'a>>,
        other: Option<Key<'a>>,
        tag: u16,
        data: u16,
    ) -> Result<Option<Key<'a>>, DecodeError> {
        if own.is_some() || self.find(tag)?.is_some() || self.find(data)?.is_none() {
            return Ok(own);
        }
        Ok(other.and_then(T::implied))
    }

    /// The number of bytes of an attribute, where that selects what it is.
    pub fn length(&self, id: u16) -> Result<Option<Key<'a>>, DecodeError> {
        let found = self.find(id)?;
        Ok(found.map(|payload| Key::Int(payload.len() as u64)))
    }

    /// A union whose selector is known before its attributes are looked at.
    pub fn selected<T: Kind>(
        &self,
        key: Option<Key<'a>>,
        data: u16,
        name: &'static str,
    ) -> Result<Option<T::View<'a>>, DecodeError> {
        let Some(key) = key else { return Ok(None) };
        self.fitting(data, name, |payload| T::view(key, Some(payload), self.cx))
    }

    /// A union whose selector stands in another attribute; `tagged` ones exist without data.
    pub fn kind<T: Kind>(
        &self,
        key: Option<Key<'a>>,
        data: u16,
        tagged: bool,
        name: &'static str,
    ) -> Result<Option<T::View<'a>>, DecodeError> {
        let payload = self.find(data)?;
        let key = match key {
            Some(key) if tagged || payload.is_some() => key,
            _ => return Ok(None),
        };
        match T::view(key, payload, self.cx) {
            Ok(view) => Ok(Some(view)),
            Err(error) if error.is_unrepresentable() => Ok(None),
            Err(error) => {
                let offset = payload.map_or(0, |payload| self.offset_of(payload));
                Err(error.within(name, offset))
            }
        }
    }
}

/// A search for the attributes of one id. It ends with less than a header left, or at one that is malformed.
struct Search<'a> {
    rest: &'a [u8],
    id: u16,
}

impl<'a> Search<'a> {
    /// Whether it ended where the attributes do.
    #[inline]
    fn is_at_end(&self) -> bool {
        self.rest.len() < ATTR_HEADER
    }

    /// The payload of the next one.
    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let mut rest = self.rest;
        let found = loop {
            let Some(([l0, l1, t0, t1], behind)) = rest.split_first_chunk::<ATTR_HEADER>() else {
                break None;
            };
            let len = usize::from(u16::from_ne_bytes([*l0, *l1]));
            // A length below that of the header wraps, so that one comparison is enough.
            let Some(payload) = behind.get(..len.wrapping_sub(ATTR_HEADER)) else {
                break None;
            };
            let id_and_flags = u16::from_ne_bytes([*t0, *t1]);
            let next = rest.get(attr_align(len)..);
            if (id_and_flags ^ self.id) & !FLAG_BITS == 0 {
                rest = next.unwrap_or_default();
                break Some(payload);
            }
            // The padding of the last attribute may be missing.
            let Some(next) = next else {
                rest = &[];
                break None;
            };
            rest = next;
        };
        self.rest = rest;
        found
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
