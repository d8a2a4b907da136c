//! Fixed structs.

use super::{Int, Meta, Type, Way};

/// A fixed C struct, with what may follow it.
#[derive(Clone, Debug)]
pub struct Structure {
    /// Names and documentation.
    pub meta: Meta,
    /// Smallest size ever sent, if it grew between kernels.
    pub grows: Option<u64>,
    /// Whether members follow each other without padding.
    pub packed: bool,
    /// Whether the layout is that of 64-bit hosts only.
    pub words64: bool,
    /// Members in C order.
    pub members: Vec<Member>,
    /// Bytes of the fixed members on a 64-bit host.
    pub size: u64,
    /// Whether it has a type of its own in Rust; a struct that is only the header of one set has not.
    pub standalone: bool,
    /// Small and plain enough to be `Copy`.
    pub copy: bool,
}

/// A member.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful of values a run")]
pub enum Member {
    /// Bytes without meaning.
    Pad(Pad),
    /// The number of elements of a tail.
    Count(Count),
    /// Length of the record itself.
    RecordLen(Int),
    /// A value.
    Field(Field),
}

/// Bytes without meaning.
#[derive(Clone, Debug)]
pub struct Pad {
    /// How many.
    pub len: u64,
    /// Kernel version they came with.
    pub since: Option<String>,
}

/// A member that counts a tail.
#[derive(Clone, Debug)]
pub struct Count {
    /// Names of the tails, which are of one length.
    pub of: Vec<String>,
    /// Integer in C.
    pub int: Int,
    /// What is counted.
    pub unit: CountUnit,
    /// Stored number minus the true one.
    pub bias: i128,
}

/// What a counting member counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountUnit {
    /// Elements.
    Elements,
    /// Bytes.
    Bytes,
    /// Bits.
    Bits,
}

/// A member with a value.
#[derive(Clone, Debug)]
pub struct Field {
    /// Names and documentation.
    pub meta: Meta,
    /// Type of the value, or of each element of a tail.
    pub ty: Type,
    /// The type as the spec writes it.
    pub text: String,
    /// Integer on the wire, where it differs from the type's own.
    pub wire: Option<Int>,
    /// Bits, for a bitfield member.
    pub bits: Option<u64>,
    /// What selects among the cases of a union or of an address.
    pub by: Option<Way>,
    /// Tails that it counts where it is positive.
    pub counts: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a fixed offset.
    Fixed,
    /// After the fixed members, as many elements as a member says.
    Tail,
    /// After the fixed members, elements up to the end.
    RestList,
    /// After the fixed members, one value up to the end.
    Rest,
}

impl Structure {
    /// The members that have a value.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().filter_map(|member| match member {
            Member::Field(field) => Some(field),
            _ => None,
        })
    }
}
