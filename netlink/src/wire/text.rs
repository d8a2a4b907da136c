//! Kernel strings: bytes that end at a NUL and need not be UTF-8 ([`NlString`], [`NlStr`]).

use super::context::{Cx, Key, ToKey, ViewKey};
use super::encoder::Encoder;
use super::error::{DecodeError, EncodeError, EncodeProblem};
use super::schema::Shape;
use super::small::{SmallBytes, contains_nul};
use super::value::Value;
use std::fmt;
use std::str::Utf8Error;

/// A kernel string such as an interface name: any bytes but NUL, usually ASCII. Up to 22 bytes need no allocation.
///
/// ```
/// use netlink::wire::NlString;
/// let name = NlString::from("eth0");
/// assert_eq!(name, "eth0");
/// assert_eq!(name.to_str(), Ok("eth0"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NlString(SmallBytes);

/// A borrowed kernel string; see [`NlString`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NlStr<'a>(&'a [u8]);

/// Prints bytes as text, with escapes where they are not.
fn show(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match std::str::from_utf8(bytes) {
        Ok(text) => fmt::Display::fmt(text, f),
        Err(_) => fmt::Display::fmt(&bytes.escape_ascii(), f),
    }
}

macro_rules! string_api {
    ([$($lifetime:lifetime)?] $type:ty) => {
        impl $(<$lifetime>)? $type {
            /// The string, if it is UTF-8.
            ///
            /// # Errors
            /// Says where it is not.
            pub fn to_str(&self) -> Result<&str, Utf8Error> {
                std::str::from_utf8(self.as_bytes())
            }

            /// Bytes, without NUL.
            pub fn len(&self) -> usize {
                self.as_bytes().len()
            }

            /// Whether there are no bytes.
            pub fn is_empty(&self) -> bool {
                self.as_bytes().is_empty()
            }
        }

        impl $(<$lifetime>)? fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(self.as_bytes(), f)
            }
        }

        impl $(<$lifetime>)? fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "\"{}\"", self.as_bytes().escape_ascii())
            }
        }

        impl $(<$lifetime>)? PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl $(<$lifetime>)? PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }
    };
}

string_api!([] NlString);
string_api!(['a] NlStr<'a>);

impl NlString {
    /// The bytes without NUL.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The same string, borrowed.
    pub fn as_nl_str(&self) -> NlStr<'_> {
        NlStr(self.as_bytes())
    }

    /// The bytes, refused if there is a NUL among them (the kernel would cut the string there).
    pub(crate) fn checked(&self) -> Result<&[u8], EncodeError> {
        let bytes = self.as_bytes();
        if contains_nul(bytes) {
            return Err(EncodeError::new(EncodeProblem::InnerNul));
        }
        Ok(bytes)
    }
}

impl<'a> NlStr<'a> {
    /// The bytes without NUL.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl From<NlStr<'_>> for NlString {
    fn from(text: NlStr<'_>) -> Self {
        NlString::from(text.0)
    }
}

impl From<&[u8]> for NlString {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        NlString(SmallBytes::from(bytes))
    }
}

impl<'a> From<&'a [u8]> for NlStr<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        NlStr(bytes)
    }
}

impl From<&str> for NlString {
    fn from(text: &str) -> Self {
        NlString::from(text.as_bytes())
    }
}

impl From<&String> for NlString {
    fn from(text: &String) -> Self {
        NlString::from(text.as_bytes())
    }
}

impl From<String> for NlString {
    fn from(text: String) -> Self {
        NlString::from(text.as_bytes())
    }
}

impl From<&NlString> for NlString {
    fn from(text: &NlString) -> Self {
        text.clone()
    }
}

impl ToKey for NlString {
    fn to_key(&self) -> Option<Key<'_>> {
        Some(Key::Text(self.as_bytes()))
    }
}

impl<'a> ViewKey<'a> for NlStr<'a> {
    fn view_key(self) -> Key<'a> {
        Key::Text(self.0)
    }
}

/// The text of a payload: without its trailing NUL, which may be missing. A NUL inside does not fit.
fn text(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    if contains_nul(text) {
        return Err(DecodeError::unrepresentable());
    }
    Ok(text)
}

impl Value for NlString {
    type View<'a> = NlStr<'a>;
    const NESTED: bool = false;
    const SHAPE: Shape = Shape::Text { nul: true };

    #[inline]
    fn decode(bytes: &[u8], _: Cx<'_>) -> Result<Self, DecodeError> {
        text(bytes).map(NlString::from)
    }

    #[inline]
    fn view<'a>(bytes: &'a [u8], _: Cx<'a>) -> Result<NlStr<'a>, DecodeError> {
        text(bytes).map(NlStr)
    }

    fn encode(&self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        out.put(self.checked()?);
        out.put(&[0]);
        Ok(())
    }

    fn put_attr(value: &Self, id_and_flags: u16, name: &'static str, out: &mut Encoder<'_>) {
        match (value.checked(), value.0.padded()) {
            (Ok(bytes), Some(padded)) => {
                out.put_small_attr(id_and_flags, &padded, bytes.len() + 1);
            }
            (Ok(bytes), None) => out.put_ended_attr(id_and_flags, bytes, 1, name),
            (Err(error), _) => out.fail(error.within(name)),
        }
    }
}
