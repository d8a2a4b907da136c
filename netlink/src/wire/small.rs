//! Short byte strings without an allocation: [`SmallBytes`], the core of strings and link-layer addresses.

use super::encoder::SMALL;
use std::hash::{Hash, Hasher};

/// Bytes kept in place; with length and tag this makes 24 bytes, the size of a `Vec`.
const INLINE: usize = 22;

// What is in place, and a NUL behind it, fit into what is written of a short payload.
const _: () = assert!(INLINE < SMALL);

// It is put together of two words, half of one, and a quarter.
const _: () = assert!(INLINE == 2 * WORD + WORD / 2 + WORD / 4);

/// An immutable byte string; up to 22 bytes need no allocation.
#[derive(Clone)]
pub(crate) enum SmallBytes {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl SmallBytes {
    #[cold]
    #[inline(never)]
    fn large(source: &[u8]) -> Self {
        SmallBytes::Heap(source.into())
    }

    /// Those in place, with zeros behind them, if they are in place.
    #[inline]
    pub(crate) fn padded(&self) -> Option<[u8; SMALL]> {
        match self {
            SmallBytes::Inline { bytes, .. } => {
                let mut padded = [0; SMALL];
                if let Some(slot) = padded.first_chunk_mut() {
                    *slot = *bytes;
                }
                Some(padded)
            }
            SmallBytes::Heap(_) => None,
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            SmallBytes::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            SmallBytes::Heap(bytes) => bytes,
        }
    }
}

/// Bytes of a word.
const WORD: usize = size_of::<u64>();

/// At most eight bytes as a number, of which the first is the lowest. Reads of fixed size cost less than a copy of any, and what is
/// built in a register need not wait to be read back.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // Where the two overlap they agree.
        (Some(low), Some(high)) => {
            let [low, high] = [low, high].map(|half| u64::from(u32::from_le_bytes(*half)));
            low | high << (8 * (bytes.len() - size_of::<u32>()))
        }
        _ => bytes
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Whether there is a NUL among the bytes.
#[inline]
pub(crate) fn contains_nul(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([0x01; WORD]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; WORD]);
    // A borrow reaches the highest bit of a byte only if that byte, or one below it, is zero.
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS != 0;
    let mut rest = bytes;
    while let Some((whole, behind)) = rest.split_first_chunk() {
        if has_zero(u64::from_le_bytes(*whole)) {
            return true;
        }
        rest = behind;
    }
    has_zero(word(rest) | u64::MAX << (8 * rest.len()))
}

impl From<&[u8]> for SmallBytes {
    #[inline]
    fn from(source: &[u8]) -> Self {
        let Some(len) = u8::try_from(source.len())
            .ok()
            .filter(|_| source.len() <= INLINE)
        else {
            return SmallBytes::large(source);
        };
        // The whole words in front, then what is left of the last one.
        let (a, b, c) = match source.split_first_chunk() {
            None => (word(source), 0, 0),
            Some((a, rest)) => match rest.split_first_chunk() {
                None => (u64::from_le_bytes(*a), word(rest), 0),
                Some((b, rest)) => (u64::from_le_bytes(*a), u64::from_le_bytes(*b), word(rest)),
            },
        };
        let mut bytes = [0; INLINE];
        if let Some((slot, rest)) = bytes.split_first_chunk_mut() {
            *slot = a.to_le_bytes();
            if let Some((slot, rest)) = rest.split_first_chunk_mut() {
                *slot = b.to_le_bytes();
                if let Some((slot, rest)) = rest.split_first_chunk_mut() {
                    *slot = (c as u32).to_le_bytes();
                    if let Some(slot) = rest.first_chunk_mut() {
                        *slot = ((c >> 32) as u16).to_le_bytes();
                    }
                }
            }
        }
        SmallBytes::Inline { len, bytes }
    }
}

impl Default for SmallBytes {
    fn default() -> Self {
        SmallBytes::Inline {
            len: 0,
            bytes: [0; INLINE],
        }
    }
}

impl PartialEq for SmallBytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for SmallBytes {}

impl PartialOrd for SmallBytes {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SmallBytes {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl Hash for SmallBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}
