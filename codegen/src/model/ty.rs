//! Types: what a payload or a member is, in the spec, on the wire and in Rust.

use std::fmt;

/// A fixed-width integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int {
    /// Bits: 8, 16, 32 or 64.
    pub bits: u8,
    /// Whether it has a sign.
    pub signed: bool,
    /// Whether the wire has network byte order.
    pub big: bool,
}

/// A builtin type that is no fixed-width integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `uint`: 4 or 8 bytes on the wire.
    Uint,
    /// `sint`: 4 or 8 bytes on the wire, with a sign.
    Sint,
    /// Presence is the value.
    Flag,
    /// A byte that is 0 or 1.
    Bool,
    /// NUL-terminated text.
    String,
    /// Uninterpreted bytes.
    Bytes,
    /// Six-byte link-layer address.
    Mac,
    /// Link-layer address of any length.
    HwAddr,
    /// IPv4 or IPv6 address, by its length.
    Ip,
    /// IPv4 address.
    Ipv4,
    /// IPv6 address.
    Ipv6,
    /// Sixteen bytes that hold an IPv4 or an IPv6 address, by a selector.
    Inet,
    /// Value and mask.
    Bitfield32,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A fixed-width integer.
    Int(Int),
    /// Another builtin type.
    Scalar(Scalar),
    /// NUL-padded text in a fixed number of bytes.
    Chars(u64),
    /// Value and mask of 32 bits that flags name.
    Bits(Named),
    /// So many of a type.
    Array(Box<Type>, u64),
    /// A definition of a spec.
    Named(Named),
}

/// A reference to a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The module that has it.
    pub module: Vec<String>,
    /// Its name.
    pub name: String,
    /// What it is.
    pub category: Category,
}

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Open enum over an integer.
    Enum(Int),
    /// Flags over an integer.
    Flags(Int),
    /// Time over an integer.
    Unit(Int),
    /// An integer with named ranges of bits.
    Parts(Int),
    /// Fixed struct.
    Struct,
    /// Attribute set.
    Set,
    /// Union.
    Union,
}

/// How often a type stands in a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// Once.
    One,
    /// The attribute itself repeats.
    Repeat,
    /// A C array.
    Packed,
    /// A nest whose ids are positions, from `base` on.
    Index {
        /// Id of the first element.
        base: u64,
    },
    /// A nest of one repeated id.
    Items {
        /// The id.
        id: u64,
        /// Its name in C, if it has one.
        c: String,
    },
    /// A nest whose ids are free keys.
    Map {
        /// How many such nests stand in each other: 1 or 2.
        depth: u8,
    },
    /// Elements that know their own length.
    Records,
    /// One an attribute in requests, all in one attribute of answers.
    Groups,
}

/// What stands in an attribute or a union case.
#[derive(Clone, Debug)]
pub struct Payload {
    /// Type of the value, or of each element.
    pub ty: Type,
    /// The type as the spec writes it.
    pub text: String,
    /// One or many.
    pub list: List,
    /// Integer on the wire, where it differs from the type's own.
    pub wire: Option<Int>,
    /// Text is sent without its NUL.
    pub bare: bool,
    /// Most bytes (without NUL) or elements.
    pub max: Option<u64>,
    /// Least bytes or elements.
    pub min: Option<u64>,
    /// Smallest and largest integer.
    pub range: Option<(i128, i128)>,
}

impl Int {
    /// The integer of a name such as `u32` or `be16`.
    pub fn from_name(name: &str) -> Option<Self> {
        let (kind, bits) = name.split_at_checked(name.find(|c: char| c.is_ascii_digit())?)?;
        let bits = match bits {
            "8" => 8,
            "16" => 16,
            "32" => 32,
            "64" => 64,
            _ => return None,
        };
        match kind {
            "u" => Some(Self {
                bits,
                signed: false,
                big: false,
            }),
            "i" => Some(Self {
                bits,
                signed: true,
                big: false,
            }),
            "be" if bits > 8 => Some(Self {
                bits,
                signed: false,
                big: true,
            }),
            _ => None,
        }
    }

    /// All names that [`Int::from_name`] knows.
    pub const NAMES: [&'static str; 11] = [
        "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "be16", "be32", "be64",
    ];

    /// Type in Rust, which is in host order.
    pub fn rust(self) -> String {
        format!("{}{}", if self.signed { 'i' } else { 'u' }, self.bits)
    }

    /// Bytes.
    pub fn size(self) -> u64 {
        u64::from(self.bits) / 8
    }

    /// Smallest value.
    pub fn min(self) -> i128 {
        if self.signed {
            -(1 << (self.bits - 1))
        } else {
            0
        }
    }

    /// Largest value.
    pub fn max(self) -> i128 {
        if self.signed {
            (1 << (self.bits - 1)) - 1
        } else {
            (1 << self.bits) - 1
        }
    }

    /// Whether it can hold a value.
    pub fn holds(self, value: i128) -> bool {
        (self.min()..=self.max()).contains(&value)
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.big {
            "be"
        } else if self.signed {
            "i"
        } else {
            "u"
        };
        write!(f, "{kind}{}", self.bits)
    }
}

impl Scalar {
    /// All names with their types.
    pub const ALL: [(&'static str, Scalar); 13] = [
        ("uint", Self::Uint),
        ("sint", Self::Sint),
        ("flag", Self::Flag),
        ("bool", Self::Bool),
        ("string", Self::String),
        ("bytes", Self::Bytes),
        ("mac", Self::Mac),
        ("hwaddr", Self::HwAddr),
        ("ip", Self::Ip),
        ("ipv4", Self::Ipv4),
        ("ipv6", Self::Ipv6),
        ("inet", Self::Inet),
        ("bitfield32", Self::Bitfield32),
    ];

    /// The builtin of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, scalar)| *scalar)
    }

    /// Bytes and alignment in a C struct, for those that can stand in one.
    pub fn layout(self) -> Option<(u64, u64)> {
        match self {
            Self::Mac => Some((6, 1)),
            Self::Ipv4 => Some((4, 4)),
            Self::Ipv6 | Self::Inet => Some((16, 4)),
            Self::Bitfield32 => Some((8, 4)),
            _ => None,
        }
    }

    /// Size of the Rust type on a 64-bit host.
    pub fn rust_size(self) -> u64 {
        match self {
            Self::Flag | Self::Bool => 1,
            Self::Uint | Self::Sint | Self::Bitfield32 => 8,
            Self::Mac => 6,
            Self::Ip => 17,
            Self::Ipv4 => 4,
            Self::Ipv6 => 16,
            Self::Inet => 20,
            Self::String | Self::Bytes | Self::HwAddr => 24,
        }
    }
}

impl Category {
    /// The integer behind an enum, flags or a unit.
    pub fn repr(self) -> Option<Int> {
        match self {
            Self::Enum(repr) | Self::Flags(repr) | Self::Unit(repr) | Self::Parts(repr) => {
                Some(repr)
            }
            Self::Struct | Self::Set | Self::Union => None,
        }
    }
}

impl Type {
    /// The integer on the wire, for types that are one.
    pub fn int(&self) -> Option<Int> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Named(named) => named.category.repr(),
            _ => None,
        }
    }

    /// The definition it refers to, if it does.
    pub fn named(&self) -> Option<&Named> {
        match self {
            Self::Named(named) | Self::Bits(named) => Some(named),
            Self::Array(item, _) => item.named(),
            _ => None,
        }
    }

    /// Whether it is a union.
    pub fn is_union(&self) -> bool {
        matches!(self, Self::Named(named) if named.category == Category::Union)
    }

    /// Whether it is a struct or a set, which may be boxed.
    pub fn is_composite(&self) -> bool {
        matches!(self, Self::Named(named) if matches!(named.category, Category::Struct | Category::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_names() {
        for name in Int::NAMES {
            assert_eq!(
                Int::from_name(name).map(|int| int.to_string()).as_deref(),
                Some(name)
            );
        }
        for bad in ["", "u", "8", "u7", "be8", "u128", "s32", "ü8"] {
            assert_eq!(Int::from_name(bad), None, "{bad}");
        }
    }

    #[test]
    fn integer_limits() {
        let int = |name| Int::from_name(name).unwrap();
        assert_eq!((int("i8").min(), int("i8").max()), (-128, 127));
        assert_eq!((int("be64").min(), int("be64").max()), (0, u64::MAX.into()));
        assert!(int("u8").holds(255) && !int("u8").holds(256) && !int("u8").holds(-1));
    }
}
