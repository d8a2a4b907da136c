//! Unions by selector: [`Kind`] for payloads, [`FixedKind`] for members of fixed structs.

use super::attr::{ATTR_HEADER, RawAttr, is_one_attr};
use super::codec::Codec;
use super::context::{Cx, Key, ViewKey};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError};
use super::int::{Int, read_native};
use super::put::put;
use super::schema::{Shape, UnionSchema};
use super::set::Walk;
use super::text::NlString;
use super::value::Value;

/// An enum whose variant a selector decides; derived by `Kind`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a union",
    label = "not a union",
    note = "derive `Kind` for an enum with a variant for each case"
)]
pub trait Kind: Sized + Clone + PartialEq {
    /// What a view hands out without allocating.
    type View<'a>;
    /// The selector's type: [`NlString`](super::NlString) or `u64`.
    type Selector: Value + FromKey;

    /// The cases, for schema users.
    fn schema() -> &'static UnionSchema;

    /// Decodes the payload of the case that `key` selects; `data` is `None` where only the selector was sent.
    ///
    /// # Errors
    /// Says what is malformed, and where; a key of the wrong type does not fit.
    fn decode(key: Key<'_>, data: Option<&[u8]>, cx: Cx<'_>) -> Result<Self, DecodeError> {
        let mut place = None;
        Self::decode_to(&mut place, key, data, cx)?;
        place.ok_or_else(DecodeError::unrepresentable)
    }

    /// The same into a place where nothing is, and where nothing is after an error.
    ///
    /// # Errors
    /// As [`Kind::decode`].
    #[doc(hidden)]
    fn decode_to(
        place: &mut Option<Self>,
        key: Key<'_>,
        data: Option<&[u8]>,
        cx: Cx<'_>,
    ) -> Result<(), DecodeError>;

    /// Decodes the attribute at hand into a field of a set, where the selector is a number, as most are. A pointer to the name
    /// leaves a register for it.
    #[doc(hidden)]
    fn take_number(
        slot: &mut Option<Self>,
        walk: &mut Walk<'_>,
        payload: &[u8],
        key: u64,
        name: &'static &'static str,
    ) {
        walk.take_keyed(slot, payload, Some(Key::Int(key)), name);
    }

    /// Looks at a payload without copying it.
    ///
    /// # Errors
    /// As [`Kind::decode`].
    fn view<'a>(
        key: Key<'a>,
        data: Option<&'a [u8]>,
        cx: Cx<'a>,
    ) -> Result<Self::View<'a>, DecodeError>;

    /// The selector's value; `None` for data whose selector stands elsewhere and is not known here.
    fn key(&self) -> Option<Key<'_>>;

    /// The selector that `other` stands in for, where the union's own selector was not sent.
    fn implied(other: Key<'_>) -> Option<Key<'static>> {
        let _ = other;
        None
    }

    /// A payload as it is, where a union without a selector of its own has a place for it.
    #[doc(hidden)]
    fn raw(data: &[u8]) -> Option<Self> {
        let _ = data;
        None
    }

    /// Whether there is a payload besides the selector.
    fn has_data(&self) -> bool;

    /// Whether `NLA_F_NESTED` is set on the payload.
    fn nested(&self) -> bool;

    /// Appends the payload.
    ///
    /// # Errors
    /// Says what the kernel could not take.
    fn encode_data(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Writes the attribute that holds the payload, if there is one; `nested` says it where the form does not.
    #[doc(hidden)]
    fn put_attr(
        &self,
        id_and_flags: u16,
        nested: Option<bool>,
        name: &'static str,
        out: &mut Encoder<'_>,
    ) {
        if self.has_data() && !out.has_failed() {
            let nested = Encoder::flags(nested.unwrap_or(self.nested()), false);
            let start = out.begin(id_and_flags | nested);
            let encoded = self.encode_data(out);
            out.end_attr(start, encoded, name);
        }
    }
}

/// Puts a case into a place where nothing is, so that there is nothing to drop.
#[inline]
pub fn place<T>(place: &mut Option<T>, case: T) {
    std::mem::forget(place.replace(case));
}

/// Writes the payload of a case as an attribute.
#[inline]
pub fn put_case<T, C: Codec<T>>(
    data: &T,
    id_and_flags: u16,
    nested: Option<bool>,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    let nested = Encoder::flags(nested.unwrap_or(C::NESTED), false);
    C::put_attr(data, id_and_flags | nested, name, out);
}

/// Writes the payload of what no case takes.
pub fn put_other(
    data: &[u8],
    id_and_flags: u16,
    nested: Option<bool>,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    let nested = Encoder::flags(nested.unwrap_or(false), false);
    out.put_bytes_attr(id_and_flags | nested, data, name);
}

/// The integer at the front of a payload that selects what the payload is.
#[inline]
pub fn lead<T: Int>(bytes: &[u8]) -> Result<Key<'static>, DecodeError> {
    if bytes.len() < T::SIZE {
        return Err(DecodeError::short(T::SIZE, bytes.len()));
    }
    Ok(Key::Int(read_native::<T>(bytes).to_bits()))
}

/// The same, where a payload that is one attribute with nothing in front has the selector `headless`.
///
/// A payload with a header would have to be as long as the header's first two bytes say, which are the selector and what
/// stands behind it. With the selector `headless` in front a payload is nothing that could be written again.
pub fn lead_or<T: Int>(bytes: &[u8], headless: u64) -> Result<Key<'static>, DecodeError> {
    if is_one_attr(bytes) {
        return Ok(Key::Int(headless));
    }
    match lead::<T>(bytes)? {
        Key::Int(key) if key == headless => Err(DecodeError::unrepresentable()),
        key => Ok(key),
    }
}

/// Selector types that can be made from a key.
pub trait FromKey: Sized {
    /// The selector, if the key is of this type.
    fn from_key(key: Key<'_>) -> Option<Self>;
}

impl FromKey for NlString {
    fn from_key(key: Key<'_>) -> Option<Self> {
        match key {
            Key::Text(text) => Some(NlString::from(text)),
            Key::Int(_) => None,
        }
    }
}

impl FromKey for u64 {
    fn from_key(key: Key<'_>) -> Option<Self> {
        match key {
            Key::Int(number) => Some(number),
            Key::Text(_) => None,
        }
    }
}

/// A union inside a fixed struct, decided by an integer member of that struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a union inside a fixed struct",
    label = "not such a union",
    note = "derive `Kind` with `#[nl(key = int, fixed)]`"
)]
pub trait FixedKind: Sized {
    /// `sizeof` the union.
    const SIZE: usize;
    /// `_Alignof` the union.
    const ALIGN: usize;
    /// The form, for schema users.
    const SHAPE: Shape;

    /// Reads the case that `key` selects; bytes that are missing count as zero.
    fn read(key: u64, bytes: &[u8]) -> Self;

    /// Writes the case over zeroed bytes.
    ///
    /// # Errors
    /// Says what does not fit.
    fn write(&self, out: &mut [u8]) -> Result<(), EncodeError>;
}

impl<'a> Walk<'a> {
    /// Makes a union of the two attributes that hold its selector and its data, in whatever order they came.
    ///
    /// Attributes that cannot be used (data without selector, a selector that does not fit) are kept raw.
    pub fn join<T: Kind, C: Codec<T::Selector>>(
        &mut self,
        slot: &mut Option<T>,
        selector: Option<RawAttr<'a>>,
        data: Option<RawAttr<'a>>,
        names: (&'static str, &'static str),
    ) where
        C::View<'a>: ViewKey<'a>,
    {
        if self.has_failed() {
            return;
        }
        let Some(tag) = selector else {
            if let Some(data) = data {
                self.keep_raw(&data);
            }
            return;
        };
        let cx = self.cx();
        let decoded = match C::view(tag.payload, cx) {
            Ok(view) => T::decode_to(slot, view.view_key(), data.map(|data| data.payload), cx)
                .map_err(|error| (error, names.1, data.map_or(0, |data| data.offset))),
            Err(error) => Err((error, names.0, tag.offset)),
        };
        match decoded {
            Ok(()) => {}
            Err((error, ..)) if error.is_unrepresentable() => {
                self.keep_raw(&tag);
                if let Some(data) = data {
                    self.keep_raw(&data);
                }
            }
            Err((error, name, offset)) => self.fail(error.within(name, offset)),
        }
    }

    /// Makes a union of the attribute at hand and a selector that is known.
    #[inline]
    pub fn take_kind<T: Kind>(
        &mut self,
        slot: &mut Option<T>,
        payload: &[u8],
        key: Option<Key<'_>>,
        name: &'static &'static str,
    ) {
        match key {
            Some(Key::Int(key)) => T::take_number(slot, self, payload, key, name),
            key => self.take_keyed(slot, payload, key, name),
        }
    }

    /// The same of any selector.
    #[inline(never)]
    pub fn take_keyed<T: Kind>(
        &mut self,
        slot: &mut Option<T>,
        payload: &[u8],
        key: Option<Key<'_>>,
        name: &'static &'static str,
    ) {
        let decoded = match key {
            Some(key) => T::decode(key, Some(payload), self.cx()),
            None => Err(DecodeError::unrepresentable()),
        };
        self.settle(slot, decoded, name);
    }

    /// As [`Walk::join`], for data that may come without its selector: then `other` says what they are.
    pub fn join_or<T: Kind, C: Codec<T::Selector>>(
        &mut self,
        slot: &mut Option<T>,
        selector: Option<RawAttr<'a>>,
        data: Option<RawAttr<'a>>,
        other: Option<Key<'_>>,
        names: (&'static str, &'static str),
    ) where
        C::View<'a>: ViewKey<'a>,
    {
        let (Some(key), Some(payload)) = (other.and_then(T::implied), data) else {
            return self.join::<T, C>(slot, selector, data, names);
        };
        if let Some(tag) = selector {
            let own = C::view(tag.payload, self.cx());
            if !own.is_ok_and(|own| own.view_key() == key) {
                return self.join::<T, C>(slot, selector, data, names);
            }
            // Says again what `other` says; the encoder would leave it out.
            self.keep_raw(&tag);
        }
        self.select(slot, Some(key), payload, names.1);
    }

    /// Makes a union of one attribute and a selector that stands elsewhere.
    pub fn select<T: Kind>(
        &mut self,
        slot: &mut Option<T>,
        key: Option<Key<'_>>,
        attr: RawAttr<'a>,
        name: &'static str,
    ) {
        if self.has_failed() {
            return;
        }
        let decoded = match key {
            Some(key) => T::decode_to(slot, key, Some(attr.payload), self.cx()),
            None => Err(DecodeError::unrepresentable()),
        };
        match decoded {
            Ok(()) => {}
            Err(error) if error.is_unrepresentable() => self.keep_raw(&attr),
            Err(error) => self.fail(error.within(name, attr.offset)),
        }
    }
}

/// Makes the union that fills the rest of a struct. Too few bytes for an attribute say nothing where attributes are due; a
/// rest that does not fit its case stays as it is, since the struct may be all there is, with no place beside it.
pub fn rest_of<T: Kind>(key: u64, rest: &[u8], cx: Cx<'_>) -> Result<Option<T>, DecodeError> {
    if rest.len() < ATTR_HEADER && T::schema().has_attributes(key) {
        return Ok(None);
    }
    match T::decode(Key::Int(key), Some(rest), cx) {
        Ok(kind) => Ok(Some(kind)),
        Err(error) if error.is_unrepresentable() => T::raw(rest).map(Some).ok_or(error),
        Err(error) => Err(error),
    }
}

/// Whether `other` says what the data are, so that the selector is not sent.
pub fn is_implied<T: Kind>(kind: &T, other: Option<Key<'_>>) -> bool {
    let implied = other.and_then(T::implied);
    implied.is_some() && implied == kind.key() && kind.has_data()
}

/// Writes the attribute that holds a union's selector.
pub fn put_kind_key<T: Kind, C: Codec<T::Selector>>(
    kind: &T,
    id_and_flags: u16,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    let selector = kind.key().and_then(T::Selector::from_key);
    put::<T::Selector, C>(&selector, id_and_flags, name, out);
}
