//! The forms of types at run time: what an offset in a request means, what bytes say, what a test should try.
//!
//! The derives emit one static table a type; whatever nobody asks for is left out by the linker.

mod annotate;
mod canonical;
mod difference;
mod foreign;
mod leaf;
mod path;
mod sample;
mod select;

pub use annotate::{annotate, show};
pub use canonical::{canonical, canonical_in};
pub use difference::difference;
pub use foreign::{Abi, translate};
pub use leaf::{Leaf, leaves};
pub use path::{missing_at, path_at};
pub use sample::{Sample, samples};
use select::{Fixed, OwnedKey, Place, lead_case, locate, tail_len};

use super::int::{Int, NameStyle, Names};
use super::layout::align_up;
use std::ops::Range;

/// The form of a payload or member.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// No payload: presence counts.
    Flag,
    /// An integer, perhaps with named values.
    Int(IntShape),
    /// An integer of four or eight bytes.
    VarInt {
        /// Whether negative values exist.
        signed: bool,
    },
    /// Value and mask of 32 bits each, with the names of the bits.
    Bitfield32(Names),
    /// A string.
    Text {
        /// Whether its NUL is sent.
        nul: bool,
    },
    /// A NUL-padded string in an array of this many bytes.
    Chars(usize),
    /// Bytes without meaning to the library.
    Bytes,
    /// Six octets.
    Mac,
    /// A link-layer address of any length.
    HwAddr,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An IPv4 or IPv6 address, by length.
    Ip,
    /// An IPv4 or IPv6 address in sixteen bytes, by a sibling.
    Inet,
    /// A fixed array.
    Array {
        /// The element.
        item: &'static Shape,
        /// How many.
        count: usize,
    },
    /// A C array that fills the payload.
    Packed(&'static Shape),
    /// A nest whose ids are positions.
    Index {
        /// The id of the first element.
        base: u16,
        /// The element.
        item: &'static Shape,
    },
    /// A nest of one repeated id.
    Items {
        /// That id.
        id: u16,
        /// The element.
        item: &'static Shape,
    },
    /// A nest whose ids are keys of their own.
    Map(&'static Shape),
    /// Self-sized records.
    Records(RecordShape),
    /// Sets one after the other in one payload; an id that comes again starts the next.
    Groups(&'static Shape),
    /// A fixed struct.
    Struct(fn() -> &'static StructSchema),
    /// An attribute set.
    Set(fn() -> &'static SetSchema),
    /// A union whose selector stands elsewhere.
    Union(fn() -> &'static UnionSchema),
    /// A union in a fixed struct, whose selector is another member.
    FixedUnion {
        /// Bytes of the union.
        size: usize,
        /// The union.
        of: fn() -> &'static UnionSchema,
    },
    /// A union whose selector is the front of its own payload.
    Lead {
        /// That integer.
        int: IntShape,
        /// The selector of payloads that are one attribute with nothing in front.
        headless: Option<u64>,
        /// The union.
        of: fn() -> &'static UnionSchema,
    },
}

/// The form of self-sized records.
#[derive(Clone, Copy, Debug)]
pub struct RecordShape {
    /// A record.
    pub item: &'static Shape,
    /// Where in it its length stands, and in how many bytes.
    pub length: (usize, usize),
    /// To how many bytes each record is padded.
    pub align: usize,
}

impl RecordShape {
    /// Where each record stands, as far as the bytes go.
    fn each(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let (at, size) = self.length;
        let int = IntShape::of::<u64>(size, false);
        let (mut start, mut list) = (0, Vec::new());
        while let Some(stated) = bytes.get(start + at..start + at + size) {
            let len = (read_uint(stated, &int) as usize).max(at + size);
            let end = start.saturating_add(len);
            list.push(start..end.min(bytes.len()));
            if end >= bytes.len() {
                break;
            }
            start = align_up(end, self.align);
        }
        list
    }
}

/// The form of an integer.
#[derive(Clone, Copy, Debug)]
pub struct IntShape {
    /// Bytes on the wire.
    pub size: usize,
    /// Bytes of the Rust type, where that is wider or narrower.
    pub value_size: usize,
    /// Whether negative values exist.
    pub signed: bool,
    /// Network byte order.
    pub big: bool,
    /// Names of values.
    pub names: Names,
    /// Only 0 and 1.
    pub bool: bool,
}

impl IntShape {
    pub(crate) const BOOL: IntShape = IntShape {
        size: 1,
        value_size: 1,
        signed: false,
        big: false,
        names: Names::PLAIN,
        bool: true,
    };

    /// The form of `T` sent in `size` bytes.
    pub const fn of<T: Int>(size: usize, big: bool) -> Self {
        IntShape {
            size,
            value_size: T::SIZE,
            signed: T::SIGNED,
            big,
            names: T::NAMES,
            bool: false,
        }
    }

    /// The form of `T` sent as `W`, which gives the names that `T` has not.
    pub(crate) const fn wired<T: Int, W: Int>(big: bool) -> Self {
        let shape = IntShape::of::<T>(W::SIZE, big);
        match T::NAMES.style {
            NameStyle::Plain => IntShape {
                names: W::NAMES,
                ..shape
            },
            _ => shape,
        }
    }

    /// The name of a value, or of its bits.
    fn name(&self, bits: u64) -> Option<String> {
        name_of(&self.names, bits)
    }
}

/// The name of a value, or of its bits.
fn name_of(names: &Names, bits: u64) -> Option<String> {
    match names.style {
        NameStyle::Plain | NameStyle::Time(_) => None,
        NameStyle::Parts => Some(
            names
                .values
                .iter()
                .map(|(name, _, place)| format!("{name} {:#x}", part_of(bits, *place)))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        NameStyle::Enum => names
            .values
            .iter()
            .find(|(_, _, value)| *value == bits)
            .map(|(_, c_name, _)| (*c_name).to_owned()),
        NameStyle::Flags => {
            let mut rest = bits;
            let mut text = String::new();
            for (_, c_name, value) in names.values {
                if *value != 0 && bits & value == *value && rest & value != 0 {
                    text.push_str(if text.is_empty() { "" } else { " | " });
                    text.push_str(c_name);
                    rest &= !value;
                }
            }
            if rest != 0 && !text.is_empty() {
                text.push_str(&format!(" | {rest:#x}"));
            }
            (!text.is_empty()).then_some(text)
        }
    }
}

/// The bits of a part: its place is the first bit above the number of bits.
fn part_of(bits: u64, place: u64) -> u64 {
    let (shift, width) = (place >> 8, place & 0xff);
    bits >> shift & (u64::MAX >> (64 - width.clamp(1, 64)))
}

/// The form of an integer type in its own size and byte order.
pub const fn int_shape<T: Int>() -> Shape {
    Shape::Int(IntShape::of::<T>(T::SIZE, T::BIG))
}

/// A member of a fixed struct, or of a set's header.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Member {
    /// The name in the C struct.
    pub name: &'static str,
    /// Bytes from the start.
    pub offset: usize,
    /// The form.
    pub shape: Shape,
    /// First bit and number of bits of a bitfield.
    pub bits: Option<(u32, u32)>,
    /// Where the element count of a tail stands.
    pub part: Part,
}

/// What part of a struct a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A fixed member.
    Fixed,
    /// The length of the record itself.
    Length,
    /// An integer that counts tails of one length.
    Count {
        /// Names of the tails.
        of: &'static [&'static str],
        /// How the number relates to the tail.
        unit: CountUnit,
        /// What is added to the count to make the number.
        bias: i64,
    },
    /// Elements counted by a member.
    Tail,
    /// Everything that is left.
    Rest,
    /// Everything that is left, a union whose selector the names lead to: a member, a member of that, a part of it.
    UnionRest(&'static [&'static str]),
    /// A fixed member, a union whose selector the names lead to.
    UnionFixed(&'static [&'static str]),
}

/// What a counting member counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountUnit {
    /// Elements.
    Items,
    /// Bytes.
    Bytes,
    /// Bits.
    Bits,
}

impl Member {
    /// A member; what the derives call.
    pub const fn new(
        name: &'static str,
        offset: usize,
        shape: Shape,
        bits: Option<(u32, u32)>,
        part: Part,
    ) -> Self {
        Member {
            name,
            offset,
            shape,
            bits,
            part,
        }
    }
}

/// The form of a fixed struct.
#[derive(Clone, Copy, Debug)]
pub struct StructSchema {
    /// The Rust type.
    pub name: &'static str,
    /// The members in order.
    pub members: &'static [Member],
    /// Bytes of the fixed members.
    pub size: usize,
    /// Whether other lengths exist.
    pub grows: bool,
}

/// The form of an attribute set.
#[derive(Clone, Copy, Debug)]
pub struct SetSchema {
    /// The Rust type.
    pub name: &'static str,
    /// The header's members.
    pub header: &'static [Member],
    /// Bytes of the header.
    pub header_size: usize,
    /// The selector that the set hands down to those inside.
    pub provide: Selector,
    /// Whether a request replaces all of it.
    pub whole: bool,
    /// The attributes in encoding order.
    pub attrs: &'static [AttrSchema],
    /// Ids that only pad.
    pub pads: &'static [u16],
}

/// The form of one attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttrSchema {
    /// The id.
    pub id: u16,
    /// The C name.
    pub name: &'static str,
    /// The form of the payload.
    pub shape: Shape,
    /// Who sends it.
    pub access: Access,
    /// Whether the id may repeat.
    pub repeat: bool,
    /// Where the selector of a union stands.
    pub selector: Selector,
    /// Flag bits set on the id.
    pub nested: Option<bool>,
    /// Lowest and highest value, most bytes or elements.
    pub limits: Limits,
}

impl AttrSchema {
    /// An attribute; what the derives call.
    #[expect(clippy::too_many_arguments, reason = "called by generated code only")]
    pub const fn new(
        id: u16,
        name: &'static str,
        shape: Shape,
        access: Access,
        repeat: bool,
        selector: Selector,
        nested: Option<bool>,
        limits: Limits,
    ) -> Self {
        AttrSchema {
            id,
            name,
            shape,
            access,
            repeat,
            selector,
            nested,
            limits,
        }
    }
}

/// Who sends an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Both sides.
    Both,
    /// Only the kernel.
    Read,
    /// Only programs.
    Write,
}

/// Where the selector of a union stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Not a union.
    None,
    /// In the attribute with this id; the names lead to a member of its struct and a part of that, if it is one.
    Attr(u16, &'static [&'static str]),
    /// In the attribute with this id, or where that is absent, in what stands there, by keys of its own.
    AttrOr(u16, &'static Selector),
    /// This attribute is the selector of the attribute with this id.
    Of(u16),
    /// In the header: a member, a member of that, a part of it.
    Header(&'static [&'static str]),
    /// In an enclosing set.
    Inherited,
    /// The number of bytes of the payload itself.
    Length,
}

/// What the encoder checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a string, elements of a list.
    pub max: Option<usize>,
    /// Lowest and highest number.
    pub range: Option<(i128, i128)>,
}

impl Limits {
    /// No limit.
    pub const NONE: Limits = Limits {
        max: None,
        range: None,
    };
}

/// The form of a union.
#[derive(Clone, Copy, Debug)]
pub struct UnionSchema {
    /// The Rust type.
    pub name: &'static str,
    /// The cases.
    pub cases: &'static [Case],
}

/// One case of a union.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The variant.
    pub name: &'static str,
    /// The selector; `None` for the case that takes every other one.
    pub key: Option<CaseKey>,
    /// What the selector that stands in for an absent one says.
    pub or: Option<CaseKey>,
    /// The payload; `None` for a case without.
    pub shape: Option<Shape>,
}

/// The selector of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKey {
    /// A string.
    Text(&'static str),
    /// A number.
    Int(u64),
}

/// An integer in the bytes at hand, missing bytes as zero.
fn read_uint(bytes: &[u8], shape: &IntShape) -> u64 {
    let mut raw = [0u8; 8];
    let bytes = bytes.get(..shape.size).unwrap_or(bytes);
    // Collect from the most significant byte on.
    let little = cfg!(target_endian = "little") && !shape.big;
    let mut value = 0u64;
    let count = bytes.len().min(8);
    raw.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    for index in 0..count {
        let byte = if little {
            raw.get(count - 1 - index)
        } else {
            raw.get(index)
        };
        value = value << 8 | u64::from(byte.copied().unwrap_or_default());
    }
    if shape.signed && (1..8).contains(&count) {
        let shift = 64 - 8 * count as u32;
        return ((value << shift) as i64 >> shift) as u64;
    }
    value
}

impl SetSchema {
    /// The attribute with an id, in a direction where there are two.
    pub fn attr(&self, id: u16, to_kernel: bool) -> Option<&'static AttrSchema> {
        let other = if to_kernel {
            Access::Read
        } else {
            Access::Write
        };
        let mut all = self.attrs.iter().filter(|attr| attr.id == id);
        let first = all.next()?;
        if first.access == other {
            all.next().or(Some(first))
        } else {
            Some(first)
        }
    }
}
