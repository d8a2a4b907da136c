//! The kernel's error numbers: [`Errno`].

use std::fmt;

use crate::sys;

/// An error number as the kernel sends it, positive.
///
/// The numbers differ between architectures, so compare with `libc` constants or, better, ask the
/// [`Error`](crate::Error); print it for people.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Errno(pub i32);

impl Errno {
    /// The symbolic name, such as `EINVAL`.
    pub fn name(self) -> Option<&'static str> {
        sys::name(self.0)
    }

    /// The sentence the C library has for it.
    pub fn description(self) -> String {
        sys::description(self.0)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.description()),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Errno {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_name_and_sentence() {
        assert_eq!(
            Errno(libc::ERANGE).to_string(),
            "ERANGE (Numerical result out of range)"
        );
        assert_eq!(Errno(4000).to_string(), "errno 4000");
    }
}
