//! Appending to one caller-owned buffer: [`Encoder`].

use super::attr::{ATTR_HEADER, attr_align};
use super::codec::wire_bytes;
use super::context::Direction;
use super::error::{EncodeError, EncodeProblem};
use crate::generated::core::{NLA_F_NESTED, NLA_F_NET_BYTEORDER};

/// Appends encoded values to a buffer that the caller owns and reuses; nested lengths are patched in place.
#[derive(Debug)]
pub struct Encoder<'b> {
    buf: &'b mut Vec<u8>,
    direction: Direction,
    lossless: bool,
    /// Leaves out what only raw bytes hold.
    typed: bool,
    error: Option<EncodeError>,
}

impl<'b> Encoder<'b> {
    /// Writes everything a value holds, in the form that `direction` has: for tools and tests.
    pub fn lossless(buf: &'b mut Vec<u8>, direction: Direction) -> Self {
        Encoder {
            buf,
            direction,
            lossless: true,
            typed: false,
            error: None,
        }
    }

    /// As [`Encoder::lossless`], but only what typed values hold: attributes that were kept as raw bytes are left out. Shows how
    /// much of a message the types understand.
    pub fn typed(buf: &'b mut Vec<u8>, direction: Direction) -> Self {
        Encoder {
            typed: true,
            ..Encoder::lossless(buf, direction)
        }
    }

    /// Writes a request: what only the kernel sends is left out.
    pub fn request(buf: &'b mut Vec<u8>) -> Self {
        Encoder {
            buf,
            direction: Direction::ToKernel,
            lossless: false,
            typed: false,
            error: None,
        }
    }

    /// Who will read the bytes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether everything is written: what only the kernel sends too, and without checking limits.
    #[inline]
    pub fn is_lossless(&self) -> bool {
        self.lossless
    }

    /// Whether raw bytes are left out.
    #[inline]
    pub fn is_typed(&self) -> bool {
        self.typed
    }

    /// Appends bytes.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
    }

    /// Appends so many bytes. What only happens where the buffer has to grow is a call of its own, for which nothing need be
    /// saved in all other cases.
    #[inline]
    fn put_array<const LEN: usize>(&mut self, bytes: [u8; LEN]) {
        if self.buf.capacity() - self.buf.len() < LEN {
            return self.put_growing(bytes);
        }
        self.put(&bytes);
    }

    #[cold]
    #[inline(never)]
    fn put_growing<const LEN: usize>(&mut self, bytes: [u8; LEN]) {
        self.put(&bytes);
    }

    /// Appends `len` zero bytes and hands them out to be filled.
    #[inline]
    pub fn zeroed(&mut self, len: usize) -> &mut [u8] {
        let start = self.buf.len();
        self.buf.resize(start + len, 0);
        self.buf.get_mut(start..).unwrap_or_default()
    }

    /// Where to note the first error of what is written.
    #[inline]
    pub(crate) fn failure(&mut self) -> &mut Option<EncodeError> {
        &mut self.error
    }

    /// Bytes in the buffer so far; a position for [`Encoder::patch`].
    #[inline]
    pub fn position(&self) -> usize {
        self.buf.len()
    }

    /// Overwrites bytes written before; out of range is ignored (positions come from this encoder).
    #[inline]
    pub fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(slot) = self.buf.get_mut(at..at + bytes.len()) {
            slot.copy_from_slice(bytes);
        }
    }

    /// Whether everything written from `at` on is zero.
    pub(crate) fn tail_is_zero(&self, at: usize) -> bool {
        self.buf
            .get(at..)
            .is_none_or(|bytes| bytes.iter().all(|byte| *byte == 0))
    }

    /// Cuts off what was written from `at` on.
    #[inline]
    pub fn truncate(&mut self, at: usize) {
        self.buf.truncate(at);
    }

    /// Pads with zeros to the alignment of attributes, counted from `start`.
    #[inline]
    pub fn pad_from(&mut self, start: usize) {
        let len = self.buf.len() - start;
        let padding = attr_align(len) - len;
        if padding > 0 {
            self.put([0u8; 3].get(..padding).unwrap_or_default());
        }
    }

    /// Writes one attribute whose payload `fill` appends. `flags` are the bits of [`Encoder::flags`].
    ///
    /// # Errors
    /// Those of `fill`, and [`EncodeProblem::TooLong`] for an attribute over 65,535 bytes.
    #[inline]
    pub fn attr(
        &mut self,
        id_and_flags: u16,
        fill: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let start = self.begin(id_and_flags);
        fill(self)?;
        self.end(start)
    }

    /// Starts an attribute; [`Encoder::end`] takes the answer.
    #[inline]
    pub(crate) fn begin(&mut self, id_and_flags: u16) -> usize {
        let start = self.buf.len();
        let [t0, t1] = id_and_flags.to_ne_bytes();
        self.put_array([0, 0, t0, t1]);
        start
    }

    /// Ends an attribute: its length and padding.
    #[inline]
    pub(crate) fn end(&mut self, start: usize) -> Result<(), EncodeError> {
        let len = self.buf.len() - start;
        let Ok(stated) = u16::try_from(len) else {
            return Err(too_long(len));
        };
        self.patch(start, &stated.to_ne_bytes());
        self.pad_from(start);
        Ok(())
    }

    /// Ends an attribute whose payload was `encoded`; an error is noted.
    #[inline(never)]
    pub(crate) fn end_attr(
        &mut self,
        start: usize,
        encoded: Result<(), EncodeError>,
        name: &'static str,
    ) {
        if let Err(error) = encoded.and_then(|()| self.end(start)) {
            self.fail(error.within(name));
        }
    }

    /// Writes an attribute whose payload is an integer of `size` bytes: 1, 2, 4 or 8.
    #[inline]
    pub(crate) fn put_int_attr(&mut self, id_and_flags: u16, bits: u64, size: usize, big: bool) {
        // Where the size is known, nothing of this is left but the call.
        let [a, b, c, d, ..] = wire_bytes(bits, size, big);
        if size > 4 {
            self.put_long_attr(id_and_flags, wire_bytes(bits, size, big));
        } else {
            self.put_short_attr(id_and_flags, [a, b, c, d], size);
        }
    }

    /// Writes an attribute of so many bytes, at most four; the rest is the padding.
    #[inline(never)]
    fn put_short_attr(&mut self, id_and_flags: u16, [a, b, c, d]: [u8; 4], size: usize) {
        let [l0, l1, t0, t1] = attr_header(size, id_and_flags);
        self.put_array([l0, l1, t0, t1, a, b, c, d]);
    }

    #[inline(never)]
    fn put_long_attr(&mut self, id_and_flags: u16, [a, b, c, d, e, f, g, h]: [u8; 8]) {
        let [l0, l1, t0, t1] = attr_header(8, id_and_flags);
        self.put_array([l0, l1, t0, t1, a, b, c, d, e, f, g, h]);
    }

    /// Writes an attribute of `LEN` bytes, whose payload is what follows the room for the header, and padding.
    #[inline]
    pub(crate) fn put_fixed_attr<const LEN: usize>(
        &mut self,
        id_and_flags: u16,
        size: usize,
        mut attr: [u8; LEN],
    ) {
        if let Some(header) = attr.first_chunk_mut() {
            *header = attr_header(size, id_and_flags);
        }
        self.put_array(attr);
    }

    /// Writes an attribute whose payload is the first `size` bytes of `bytes`, all others of which are zero. More is
    /// written than is kept, so that no length has to be known when this is compiled.
    pub(crate) fn put_small_attr(&mut self, id_and_flags: u16, bytes: &[u8; SMALL], size: usize) {
        let mut attr = [0; attr_align(ATTR_HEADER + SMALL)];
        if let Some((header, payload)) = attr.split_first_chunk_mut() {
            *header = attr_header(size, id_and_flags);
            if let Some(payload) = payload.first_chunk_mut() {
                *payload = *bytes;
            }
        }
        let end = self.buf.len() + attr_align(ATTR_HEADER + size);
        self.put(&attr);
        self.buf.truncate(end);
    }

    /// Writes an attribute whose payload is `bytes`.
    pub(crate) fn put_bytes_attr(&mut self, id_and_flags: u16, bytes: &[u8], name: &'static str) {
        self.put_ended_attr(id_and_flags, bytes, 0, name);
    }

    /// Writes an attribute whose payload is `bytes` and so many zeros. With the length known, room is made once.
    #[inline(never)]
    pub(crate) fn put_ended_attr(
        &mut self,
        id_and_flags: u16,
        bytes: &[u8],
        zeros: usize,
        name: &'static str,
    ) {
        let len = ATTR_HEADER + bytes.len() + zeros;
        if len > usize::from(u16::MAX) {
            return self.fail(too_long(len).within(name));
        }
        let end = self.buf.len() + attr_align(len);
        self.buf.reserve(attr_align(len));
        self.put(&attr_header(bytes.len() + zeros, id_and_flags));
        self.put(bytes);
        self.buf.resize(end, 0);
    }

    /// Writes an attribute without payload.
    pub(crate) fn put_empty(&mut self, id: u16) {
        let [l0, l1] = (ATTR_HEADER as u16).to_ne_bytes();
        let [t0, t1] = id.to_ne_bytes();
        self.put(&[l0, l1, t0, t1]);
    }

    /// Notes the first error of a set; the rest is still written, to be thrown away by the caller.
    #[cold]
    pub(crate) fn fail(&mut self, error: EncodeError) {
        error.note_in(&mut self.error);
    }

    /// Whether an error was noted, so that nothing more needs to be written.
    #[inline]
    pub(crate) fn has_failed(&self) -> bool {
        match &self.error {
            None => false,
            Some(error) => !self.passes(error),
        }
    }

    /// The first error noted, if any.
    #[inline]
    pub(crate) fn outcome(&mut self) -> Result<(), EncodeError> {
        match self.error.take() {
            None => Ok(()),
            Some(error) => self.judge(error),
        }
    }

    /// An error, unless this encoder passes over it.
    #[cold]
    pub(crate) fn judge(&self, error: EncodeError) -> Result<(), EncodeError> {
        if self.passes(&error) {
            Ok(())
        } else {
            Err(error)
        }
    }

    #[cold]
    fn passes(&self, error: &EncodeError) -> bool {
        self.lossless && error.is_policy()
    }

    /// The flag bits of an attribute id.
    #[inline]
    pub const fn flags(nested: bool, net_byteorder: bool) -> u16 {
        (if nested { NLA_F_NESTED } else { 0 })
            | (if net_byteorder {
                NLA_F_NET_BYTEORDER
            } else {
                0
            })
    }
}

/// Bytes that [`Encoder::put_small_attr`] writes of any payload.
pub(crate) const SMALL: usize = 24;

/// The header of an attribute with a payload of `size` bytes, which are not too many.
#[inline]
fn attr_header(size: usize, id_and_flags: u16) -> [u8; ATTR_HEADER] {
    let [l0, l1] = ((ATTR_HEADER + size) as u16).to_ne_bytes();
    let [t0, t1] = id_and_flags.to_ne_bytes();
    [l0, l1, t0, t1]
}

#[cold]
fn too_long(len: usize) -> EncodeError {
    EncodeError::new(EncodeProblem::TooLong {
        most: usize::from(u16::MAX) - ATTR_HEADER,
        have: len - ATTR_HEADER,
    })
}
