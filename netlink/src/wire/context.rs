//! What a payload's meaning depends on besides its bytes: [`Cx`], [`Direction`], [`Key`].

use super::error::{DecodeError, DecodeProblem};

/// Who sent, or will read, a message. A few attributes have another type in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The kernel wrote it: a reply, a dump item, a notification.
    FromKernel,
    /// A program wrote it: a request.
    ToKernel,
}

impl Direction {
    /// Which of several attributes with one id is the value: the first of them, or else the last.
    ///
    /// The kernel lets the last one count in what it is sent. It does not itself send an attribute twice that is not a
    /// list, and what reads its messages goes by the first, as `ip` does; so a look for an attribute can end there.
    #[inline]
    pub const fn first_counts(self) -> bool {
        matches!(self, Direction::FromKernel)
    }
}

/// The value of a selector: what decides which case of a union a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// An integer selector, such as an address family.
    Int(u64),
    /// A string selector without its NUL, such as a link kind.
    Text(&'a [u8]),
}

/// Types whose value can select a union case.
pub trait ToKey {
    /// The selector, if there is one.
    fn to_key(&self) -> Option<Key<'_>>;
}

/// Views of selector attributes: what a selector's payload says, without copying it.
pub trait ViewKey<'a> {
    /// The selector.
    fn view_key(self) -> Key<'a>;
}

impl<T: ToKey> ToKey for Option<T> {
    fn to_key(&self) -> Option<Key<'_>> {
        self.as_ref().and_then(ToKey::to_key)
    }
}

/// No kernel message nests deeper than about ten levels; hostile bytes may try to.
const MAX_DEPTH: u8 = 24;

/// The context in which bytes are decoded: direction, depth of nesting, inherited selector.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    direction: Direction,
    depth: u8,
    dump: bool,
    inherited: Option<Key<'a>>,
}

impl<'a> Cx<'a> {
    /// The context of a message body.
    pub const fn new(direction: Direction) -> Self {
        Cx {
            direction,
            depth: 0,
            dump: false,
            inherited: None,
        }
    }

    /// The body of a message that the kernel sent.
    pub const fn from_kernel() -> Self {
        Self::new(Direction::FromKernel)
    }

    /// The body of a request.
    pub const fn to_kernel() -> Self {
        Self::new(Direction::ToKernel)
    }

    /// The context of a request for a dump (`NLM_F_DUMP`), which in a few protocols carries another body.
    #[must_use]
    pub const fn for_dump(mut self) -> Self {
        self.dump = true;
        self
    }

    /// Whether the bytes are a request for a dump.
    pub const fn is_dump(self) -> bool {
        self.dump && matches!(self.direction, Direction::ToKernel)
    }

    /// Who wrote the bytes.
    pub const fn direction(self) -> Direction {
        self.direction
    }

    /// The selector that the nearest enclosing set provides.
    pub const fn inherited(self) -> Option<Key<'a>> {
        self.inherited
    }

    /// The context of what is nested in the bytes at hand.
    ///
    /// # Errors
    /// [`DecodeProblem::TooDeep`] past the bound.
    #[inline]
    pub fn deeper(&self) -> Result<Self, DecodeError> {
        if self.depth >= MAX_DEPTH {
            return Err(DecodeError::new(DecodeProblem::TooDeep));
        }
        // Field by field: a copy of the whole would be read in pieces that were written in others, and wait for that.
        Ok(Self {
            direction: self.direction,
            depth: self.depth + 1,
            dump: self.dump,
            inherited: self.inherited,
        })
    }

    /// The context of what this one is nested in, but for its inherited selector.
    pub(crate) const fn shallower(mut self) -> Self {
        self.depth = self.depth.saturating_sub(1);
        self
    }

    /// The same context with `key` as the inherited selector.
    #[must_use]
    pub fn with_inherited<'b>(self, key: Option<Key<'b>>) -> Cx<'b>
    where
        'a: 'b,
    {
        Cx {
            inherited: key,
            ..self
        }
    }
}
