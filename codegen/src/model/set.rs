//! Attribute sets.

use super::{Member, Meta, Payload};

/// A set of attributes.
#[derive(Clone, Debug)]
pub struct Set {
    /// Names and documentation.
    pub meta: Meta,
    /// What the C names of its attributes start with.
    pub prefix: String,
    /// Struct in front of the attributes.
    pub header: Option<Header>,
    /// Header field that nested sets may select by.
    pub provide: Option<String>,
    /// Whether a request replaces all of it, so that one with a change must have the rest as well.
    pub whole: bool,
    /// Ids of attributes that only pad.
    pub pads: Vec<u64>,
    /// Attributes, in the order of the spec.
    pub items: Vec<SetItem>,
    /// Attributes that no kernel sends or reads, which have names and no fields.
    pub retired: Vec<Attr>,
}

/// A struct in front of attributes.
#[derive(Clone, Debug)]
pub struct Header {
    /// Name of the definition.
    pub name: String,
    /// Name in C.
    pub c: String,
    /// Members in C order.
    pub members: Vec<Member>,
    /// Bytes on a 64-bit host.
    pub size: u64,
    /// Smallest size accepted.
    pub short: Option<u64>,
}

/// What becomes one field of the set.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful of values a run")]
pub enum SetItem {
    /// One attribute.
    Attr(Attr),
    /// A selector and the data it selects.
    Pair(Pair),
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attr {
    /// Names and documentation.
    pub meta: Meta,
    /// Its id.
    pub id: u64,
    /// What it holds.
    pub payload: Payload,
    /// Who sends it.
    pub direction: Direction,
    /// `NLA_F_NESTED`, where the kernel wants it other than the payload's type says.
    pub nested: Option<bool>,
    /// Whether `NLA_F_NET_BYTEORDER` is set.
    pub byteorder: bool,
    /// What selects among the cases of its union.
    pub by: Option<Selector>,
    /// What says what the data are where the tag is absent.
    pub or: Option<Selector>,
    /// Other names in C.
    pub aliases: Vec<String>,
    /// Whether the value stands behind a pointer; `None` for what never does.
    pub boxed: Option<bool>,
    /// Whether the kernel demands it in every request that carries the set.
    pub required: bool,
}

/// A selector and the data it selects, which are one field.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The selector; names the field.
    pub key: Attr,
    /// The data.
    pub data: Attr,
}

/// What selects among the cases of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// A field of the same set, or what it holds.
    Field(Way),
    /// The nearest set above that provides a selector.
    Inherited,
    /// The number of bytes of the payload.
    Length,
}

/// The way to a selector: a field, and from there into its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The field.
    pub base: String,
    /// Members of structs, and at the end perhaps a part of a number.
    pub steps: Vec<Step>,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name in Rust.
    pub name: String,
    /// Name in C.
    pub c: String,
    /// Whether it is a part of a number.
    pub part: bool,
}

/// Who sends an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both sides.
    Both,
    /// The kernel only.
    Read,
    /// The user only.
    Write,
}

impl Set {
    /// All attributes, the halves of pairs one by one.
    pub fn attrs(&self) -> impl Iterator<Item = &Attr> {
        self.items.iter().flat_map(|item| match item {
            SetItem::Attr(attr) => vec![attr],
            SetItem::Pair(pair) => vec![&pair.key, &pair.data],
        })
    }
}

impl Direction {
    /// The word the spec uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}
