//! Structs that grew between kernels: [`Growth`] remembers the length on the wire.

use super::encoder::Encoder;

/// How the received form of a struct differed in length from the one this version knows.
///
/// Kernels append members to structs such as `rtnl_link_stats64`. An older kernel's shorter struct reads with zeros
/// in the members it lacks and is written back short; a newer kernel's longer one keeps its tail as bytes.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Growth(Option<Box<Change>>);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Change {
    /// The struct had only this many bytes.
    Short(usize),
    /// The struct had these bytes more.
    Long(Vec<u8>),
}

impl Growth {
    /// What `bytes` has more or less than the `known` bytes.
    #[inline]
    pub fn of(bytes: &[u8], known: usize) -> Self {
        if bytes.len() == known {
            Growth(None)
        } else {
            Self::changed(bytes, known)
        }
    }

    #[cold]
    fn changed(bytes: &[u8], known: usize) -> Self {
        Growth(Some(Box::new(match bytes.get(known..) {
            Some(more) => Change::Long(more.to_vec()),
            None => Change::Short(bytes.len()),
        })))
    }

    /// The bytes that a newer kernel added; empty if there were none.
    pub fn tail(&self) -> &[u8] {
        match self.0.as_deref() {
            Some(Change::Long(bytes)) => bytes,
            _ => &[],
        }
    }

    /// The length of an older, shorter form.
    pub fn short_len(&self) -> Option<usize> {
        match self.0.as_deref() {
            Some(Change::Short(len)) => Some(*len),
            _ => None,
        }
    }

    /// Gives the struct written at `start`, `known` bytes long, the length it had.
    pub(crate) fn apply(&self, start: usize, known: usize, out: &mut Encoder<'_>) {
        match self.0.as_deref() {
            None => {}
            Some(Change::Long(bytes)) => out.put(bytes),
            Some(Change::Short(len)) => out.truncate(start + (*len).min(known)),
        }
    }
}

impl std::fmt::Debug for Growth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_deref() {
            None => f.write_str("Same"),
            Some(Change::Short(len)) => write!(f, "Short({len})"),
            Some(Change::Long(bytes)) => write!(f, "Long({bytes:02x?})"),
        }
    }
}
