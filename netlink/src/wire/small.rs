//! Short byte strings without an allocation: [`SmallBytes`], the core of strings and link-layer addresses.

use super::encoder::SMALL;
use std::hash::{Hash, Hasher};

/// Bytes kept in place; with length and tag this makes 24 bytes, the size of a `Vec`.
const INLINE: usize = 22;

// What is in place, and a NUL behind it, fit into what is written of a short payload.
const _: () = assert!(INLINE < SMALL);

/// An immutable byte string; up to 22 bytes need no allocation.
#[derive(Clone)]
pub(crate) enum SmallBytes {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl SmallBytes {
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

impl From<&[u8]> for SmallBytes {
    #[inline]
    fn from(source: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..source.len()), u8::try_from(source.len())) {
            (Some(slot), Ok(len)) => {
                slot.copy_from_slice(source);
                SmallBytes::Inline { len, bytes }
            }
            _ => SmallBytes::Heap(source.into()),
        }
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
