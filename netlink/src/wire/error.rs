//! What can be wrong with bytes, and where: [`DecodeError`] and [`EncodeError`].

use std::fmt;

/// One step of the way to a value inside a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathPart {
    /// An attribute or member, by its C name.
    Name(&'static str),
    /// The position in a list, counted from 0.
    Index(usize),
}

/// What is wrong with received bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeProblem {
    /// Fewer bytes than the type needs.
    Short {
        /// Bytes needed.
        need: usize,
        /// Bytes there.
        have: usize,
    },
    /// An attribute header whose length is below four or beyond the end of what holds it.
    BadLength {
        /// The length that the header states.
        stated: usize,
        /// Bytes left.
        left: usize,
    },
    /// A well-formed payload that the typed field cannot hold without loss; sets keep such an attribute raw.
    Unrepresentable,
    /// A counting member disagrees with the bytes that follow.
    BadCount {
        /// The number of bytes the count asks for.
        need: usize,
        /// Bytes there.
        have: usize,
    },
    /// More nesting than any kernel message has.
    TooDeep,
}

/// Why bytes could not be decoded, with the path of the attribute and the offset in the message body.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Decode>);

#[derive(Clone, PartialEq, Eq)]
struct Decode {
    problem: DecodeProblem,
    offset: usize,
    path: Vec<PathPart>,
}

impl DecodeError {
    /// A problem at the start of the bytes at hand.
    #[cold]
    pub fn new(problem: DecodeProblem) -> Self {
        DecodeError(Box::new(Decode {
            problem,
            offset: 0,
            path: Vec::new(),
        }))
    }

    /// Fewer bytes than needed.
    #[cold]
    pub fn short(need: usize, have: usize) -> Self {
        Self::new(DecodeProblem::Short { need, have })
    }

    /// A payload that is well formed but does not fit the typed field.
    #[cold]
    pub fn unrepresentable() -> Self {
        Self::new(DecodeProblem::Unrepresentable)
    }

    /// The same error seen from the enclosing payload: `name` at `offset` bytes in it.
    #[cold]
    pub fn within(mut self, name: &'static str, offset: usize) -> Self {
        self.0.path.push(PathPart::Name(name));
        self.0.offset += offset;
        self
    }

    /// The same error seen from the enclosing list: element `index` at `offset` bytes in it.
    #[cold]
    pub fn within_item(mut self, index: usize, offset: usize) -> Self {
        self.0.path.push(PathPart::Index(index));
        self.0.offset += offset;
        self
    }

    /// The same error with its offset moved by `offset`, for bytes cut from a larger payload.
    #[cold]
    pub fn shifted(mut self, offset: usize) -> Self {
        self.0.offset += offset;
        self
    }

    /// What is wrong.
    pub fn problem(&self) -> &DecodeProblem {
        &self.0.problem
    }

    /// Where the malformed bytes start, counted from the start of what was decoded (for a message: its body).
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The way to the malformed value, outermost first.
    pub fn path(&self) -> impl Iterator<Item = &PathPart> {
        self.0.path.iter().rev()
    }

    /// Whether a set should keep the attribute raw instead of failing.
    pub(crate) fn is_unrepresentable(&self) -> bool {
        self.0.problem == DecodeProblem::Unrepresentable
    }
}

/// What is wrong with a value that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeProblem {
    /// More bytes or elements than the kernel takes here.
    TooLong {
        /// Most that fits.
        most: usize,
        /// What the value has.
        have: usize,
    },
    /// A kernel string with a NUL byte inside.
    InnerNul,
    /// An attribute that the kernel demands is not there.
    Missing,
    /// An integer outside the range the kernel takes.
    OutOfRange {
        /// Lowest value taken.
        low: i128,
        /// Highest value taken.
        high: i128,
        /// The value.
        value: i128,
    },
}

/// Why a value could not be encoded, with the path of the attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodeError(Box<Encode>);

#[derive(Clone, PartialEq, Eq)]
struct Encode {
    problem: EncodeProblem,
    path: Vec<PathPart>,
    /// The value has a form on the wire, and it was written; a request must not have it.
    policy: bool,
}

impl EncodeError {
    /// A problem of the value at hand.
    #[cold]
    pub fn new(problem: EncodeProblem) -> Self {
        EncodeError(Box::new(Encode {
            problem,
            path: Vec::new(),
            policy: false,
        }))
    }

    /// What has a form on the wire, and was written, but must not stand in a request.
    #[cold]
    pub(crate) fn policy(problem: EncodeProblem) -> Self {
        let mut error = Self::new(problem);
        error.0.policy = true;
        error
    }

    /// Whether an encoder that writes everything passes over it.
    pub(crate) fn is_policy(&self) -> bool {
        self.0.policy
    }

    /// Puts itself in the place of no error, or of one that may be passed over.
    #[cold]
    pub(crate) fn note_in(self, noted: &mut Option<EncodeError>) {
        match noted {
            Some(before) if !before.is_policy() || self.is_policy() => {}
            _ => *noted = Some(self),
        }
    }

    /// The same error seen from the set that holds the value.
    #[cold]
    pub fn within(mut self, name: &'static str) -> Self {
        self.0.path.push(PathPart::Name(name));
        self
    }

    /// The same error seen from the list that holds the value.
    #[cold]
    pub fn within_item(mut self, index: usize) -> Self {
        self.0.path.push(PathPart::Index(index));
        self
    }

    /// What is wrong.
    pub fn problem(&self) -> &EncodeProblem {
        &self.0.problem
    }

    /// The way to the refused value, outermost first.
    pub fn path(&self) -> impl Iterator<Item = &PathPart> {
        self.0.path.iter().rev()
    }
}

fn write_path<'a>(
    f: &mut fmt::Formatter<'_>,
    path: impl Iterator<Item = &'a PathPart>,
) -> fmt::Result {
    for (step, part) in path.enumerate() {
        match part {
            PathPart::Index(index) => write!(f, "[{index}]")?,
            PathPart::Name(name) if step == 0 => f.write_str(name)?,
            PathPart::Name(name) => write!(f, " > {name}")?,
        }
    }
    Ok(())
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write_path(f, self.path())?;
            f.write_str(": ")?;
        }
        match self.0.problem {
            DecodeProblem::Short { need, have } => {
                write!(f, "{have} bytes where {need} are needed")?;
            }
            DecodeProblem::BadLength { stated, left } => {
                write!(f, "attribute length {stated} with {left} bytes left")?;
            }
            DecodeProblem::Unrepresentable => f.write_str("payload does not fit the type")?,
            DecodeProblem::BadCount { need, have } => {
                write!(f, "count asks for {need} bytes where {have} follow")?;
            }
            DecodeProblem::TooDeep => f.write_str("nested too deeply")?,
        }
        write!(f, " (at offset {})", self.0.offset)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write_path(f, self.path())?;
            f.write_str(": ")?;
        }
        match self.0.problem {
            EncodeProblem::TooLong { most, have } => write!(f, "{have} where at most {most} fit"),
            EncodeProblem::Missing => f.write_str("the kernel demands this attribute"),
            EncodeProblem::InnerNul => f.write_str("NUL byte inside a string"),
            EncodeProblem::OutOfRange { low, high, value } => {
                write!(f, "{value} is outside {low}..={high}")
            }
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl fmt::Debug for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodeError({self})")
    }
}

impl std::error::Error for DecodeError {}
impl std::error::Error for EncodeError {}
