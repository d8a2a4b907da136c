//! Bytes that decide, and damage that they do.

/// Bytes that decide; zeros beyond the end.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    left: &'s [u8],
}

impl<'s> Source<'s> {
    /// Decisions from these bytes.
    #[must_use]
    pub fn new(bytes: &'s [u8]) -> Self {
        Source { left: bytes }
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        match self.left.split_first() {
            Some((first, left)) => {
                self.left = left;
                *first
            }
            None => 0,
        }
    }

    /// The next two bytes.
    pub fn word(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        match count {
            0 | 1 => 0,
            2..=256 => usize::from(self.byte()) % count,
            _ => usize::from(self.word()) % count,
        }
    }

    /// True so often of 256 times; never at the end.
    pub fn chance(&mut self, times: u8) -> bool {
        usize::from(self.byte()) + usize::from(times) > 255
    }

    /// So many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.byte()).collect()
    }

    /// Whether nothing is decided any more.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// All that is left.
    #[must_use]
    pub fn rest(&self) -> &'s [u8] {
        self.left
    }
}

/// Changes so many bytes of a message as a bad wire or a bad sender might: cut, flipped, doubled, lengths overwritten.
pub fn damage(bytes: &mut Vec<u8>, source: &mut Source<'_>) {
    let len = bytes.len().max(1);
    match source.below(5) {
        0 => bytes.truncate(usize::from(source.word()) % len),
        1 => {
            let (at, bits) = (usize::from(source.word()) % len, source.byte().max(1));
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= bits;
            }
        }
        2 => {
            let (at, length) = (usize::from(source.word()) % len / 4 * 4, source.word());
            // Lengths that nearly fit are more telling than any others.
            let length = if source.chance(64) {
                length
            } else {
                length % 64
            };
            if let Some(slot) = bytes.get_mut(at..at + 2) {
                slot.copy_from_slice(&length.to_ne_bytes());
            }
        }
        3 => {
            let (at, size) = (
                usize::from(source.word()) % len / 4 * 4,
                4 * (1 + source.below(8)),
            );
            let piece: Vec<u8> = bytes.iter().skip(at).take(size).copied().collect();
            let at = at.min(bytes.len());
            bytes.splice(at..at, piece);
        }
        _ => {
            let more = source.below(9);
            let more = source.bytes(more);
            bytes.extend(more);
        }
    }
}
