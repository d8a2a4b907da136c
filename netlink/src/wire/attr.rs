//! Walking attributes: a header of length and id, the payload, padding to four bytes.

use super::error::{DecodeError, DecodeProblem};
use crate::generated::core::{NLA_ALIGNTO, NLA_F_NESTED, NLA_F_NET_BYTEORDER};

/// Bytes of an attribute header (`struct nlattr`).
pub(crate) const ATTR_HEADER: usize = 4;

/// The two flag bits of an attribute id; the rest is the id.
pub const FLAG_BITS: u16 = NLA_F_NESTED | NLA_F_NET_BYTEORDER;

/// Rounds a length up to the alignment of attributes.
pub const fn attr_align(len: usize) -> usize {
    (len + NLA_ALIGNTO as usize - 1) & !(NLA_ALIGNTO as usize - 1)
}

/// One attribute as it stands in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawAttr<'a> {
    /// The id with the two flag bits, as on the wire.
    pub id_and_flags: u16,
    /// The bytes after the header, without padding.
    pub payload: &'a [u8],
    /// Where the payload starts, counted from the start of what holds the attribute.
    pub offset: usize,
}

impl RawAttr<'_> {
    /// The id without flag bits.
    #[inline]
    pub const fn id(&self) -> u16 {
        self.id_and_flags & !FLAG_BITS
    }

    /// Whether the sender marked the payload as nested attributes (`NLA_F_NESTED`); kernels often leave it out.
    pub const fn is_nested(&self) -> bool {
        self.id_and_flags & NLA_F_NESTED != 0
    }
}

/// An iterator over the attributes of a payload; see [`attributes`].
#[derive(Clone, Debug)]
pub struct RawAttrs<'a> {
    rest: &'a [u8],
    offset: usize,
}

/// The attributes in `bytes`, which stand `offset` bytes into the payload at hand.
pub(crate) const fn attributes_at(bytes: &[u8], offset: usize) -> RawAttrs<'_> {
    RawAttrs {
        rest: bytes,
        offset,
    }
}

/// The attributes in `bytes`, in order.
///
/// Fewer than four bytes left over at the end are ignored, as the kernel does. After an error the iterator ends.
pub const fn attributes(bytes: &[u8]) -> RawAttrs<'_> {
    RawAttrs {
        rest: bytes,
        offset: 0,
    }
}

/// Whether a payload is one attribute and nothing else.
pub(crate) fn is_one_attr(bytes: &[u8]) -> bool {
    let whole = |attr: RawAttr<'_>| attr.payload.len() + ATTR_HEADER == bytes.len();
    let first = attributes(bytes).next_attr().ok().flatten();
    attr_align(bytes.len()) == bytes.len() && first.is_some_and(whole)
}

impl<'a> RawAttrs<'a> {
    /// The next attribute, `None` at the end.
    ///
    /// # Errors
    /// [`DecodeProblem::BadLength`] for a length below four or beyond the end.
    #[inline]
    pub fn next_attr(&mut self) -> Result<Option<RawAttr<'a>>, DecodeError> {
        let Some((header, _)) = self.rest.split_first_chunk::<ATTR_HEADER>() else {
            return Ok(None);
        };
        let [l0, l1, t0, t1] = *header;
        let len = usize::from(u16::from_ne_bytes([l0, l1]));
        let Some(payload) = self.rest.get(ATTR_HEADER..len) else {
            return Err(self.bad_length(len));
        };
        let attr = RawAttr {
            id_and_flags: u16::from_ne_bytes([t0, t1]),
            payload,
            offset: self.offset + ATTR_HEADER,
        };
        // The padding of the last attribute may be missing.
        let step = attr_align(len);
        self.rest = self.rest.get(step..).unwrap_or_default();
        self.offset += step;
        Ok(Some(attr))
    }

    #[cold]
    fn bad_length(&mut self, stated: usize) -> DecodeError {
        let left = self.rest.len();
        self.rest = &[];
        DecodeError::new(DecodeProblem::BadLength { stated, left }).shifted(self.offset)
    }
}

impl<'a> Iterator for RawAttrs<'a> {
    type Item = Result<RawAttr<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_attr().transpose()
    }
}
