//! What a set's typed fields cannot hold: [`Unknown`].

use super::attr::{ATTR_HEADER, RawAttr, attr_align, attributes};
use super::encoder::Encoder;
use std::fmt;

/// Attributes that this version does not know, kept as they came so that nothing is lost on the way back.
///
/// Also kept here: earlier ones of an attribute sent twice (the last one is the value, as in the kernel), attributes
/// whose payload does not fit their type (an address of another family, say), and the length of a short header. Of an
/// attribute that makes a list of itself, all from the first on that does not fit.
/// Takes eight bytes where there is nothing to keep.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Unknown(Option<Box<Kept>>);

#[derive(Clone, Default, PartialEq, Eq)]
struct Kept {
    /// What stood before the value of its id: written before the typed fields, so that those stay the last. Sorted by id.
    earlier: Vec<u8>,
    /// All others, whole attributes with header and padding.
    attrs: Vec<u8>,
    /// The length of a header shorter than its struct.
    header: Option<u16>,
}

impl Kept {
    #[cold]
    fn encode_earlier(&self, out: &mut Encoder<'_>) {
        out.put(&self.earlier);
    }
}

impl Unknown {
    /// Nothing kept.
    pub const fn new() -> Self {
        Unknown(None)
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The kept attributes: first the earlier ones of what was sent twice, by id, then the others. Those of one id are in the order
    /// in which they came.
    pub fn iter(&self) -> impl Iterator<Item = RawAttr<'_>> {
        let part = |bytes| attributes(bytes).filter_map(Result::ok);
        let (earlier, attrs): (&[u8], &[u8]) = self
            .0
            .as_deref()
            .map_or((&[], &[]), |kept| (&kept.earlier, &kept.attrs));
        part(earlier).chain(part(attrs))
    }

    /// Adds an attribute, for instance one that this version cannot express. Flag bits of `id` are kept.
    /// A payload over 65,531 bytes has no form on the wire and is not added; the answer says whether it was.
    pub fn push(&mut self, id: u16, payload: &[u8]) -> bool {
        append(&mut self.0.get_or_insert_default().attrs, id, payload)
    }

    /// The length of the header on the wire, where it was shorter than its struct.
    pub fn header_len(&self) -> Option<usize> {
        self.0
            .as_deref()
            .and_then(|kept| kept.header)
            .map(usize::from)
    }

    #[cold]
    pub(crate) fn set_header_len(&mut self, len: u16) {
        self.0.get_or_insert_default().header = Some(len);
    }

    #[cold]
    pub(crate) fn keep(&mut self, attr: &RawAttr<'_>) {
        // What was received fits: its length was a `u16` on the wire.
        self.push(attr.id_and_flags, attr.payload);
    }

    #[cold]
    pub(crate) fn keep_earlier(&mut self, id: u16, payload: &[u8]) {
        append(&mut self.0.get_or_insert_default().earlier, id, payload);
    }

    /// What is written before the typed attributes.
    #[inline]
    pub(crate) fn encode_earlier(&self, out: &mut Encoder<'_>) {
        // Duplicates have a meaning that the types know; they count as typed.
        if let Some(kept) = &self.0 {
            kept.encode_earlier(out);
        }
    }

    /// What is written after the typed attributes.
    #[inline]
    pub(crate) fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(kept) = self.0.as_ref().filter(|_| !out.is_typed()) {
            out.put(&kept.attrs);
        }
    }
}

/// Appends a whole attribute; `false` if it has no form on the wire.
fn append(attrs: &mut Vec<u8>, id: u16, payload: &[u8]) -> bool {
    let len = payload.len() + ATTR_HEADER;
    let Ok(stated) = u16::try_from(len) else {
        return false;
    };
    attrs.extend_from_slice(&stated.to_ne_bytes());
    attrs.extend_from_slice(&id.to_ne_bytes());
    attrs.extend_from_slice(payload);
    attrs.resize(attrs.len() + attr_align(len) - len, 0);
    true
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        if let Some(len) = self.header_len() {
            map.entry(&"header", &len);
        }
        map.entries(self.iter().map(|attr| (attr.id_and_flags, attr.payload)))
            .finish()
    }
}
