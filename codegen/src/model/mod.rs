//! The resolved protocol: every name is looked up, every fact is checked. What emitters and the schema read.
//!
//! There is no "not yet resolved" state here, so nothing that reads a model can fail.

mod attribute;
mod catalog;
mod message;
mod parts;
mod set;
mod structure;
mod ty;
mod union;

pub use attribute::{Attribute, attributes};
pub use catalog::{Entry, Kind, catalog};
pub use message::{Family, Genl, Group, Ioctl, Message, NetlinkProtocol, Reply};
pub use parts::{Part, Parts};
pub use set::{Attr, Direction, Header, Pair, Selector, Set, SetItem, Step, Way};
pub use structure::{Count, CountUnit, Field, Member, Pad, Place, Structure};
pub use ty::{Category, Int, List, Named, Payload, Scalar, Type};
pub use union::{Case, CaseKey, DefaultCase, Selection, Union};

/// Everything the specs say.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// One module a spec file, sorted by path.
    pub modules: Vec<Module>,
    /// Protocol families that have messages, sorted by name.
    pub families: Vec<Family>,
}

/// One spec file.
#[derive(Clone, Debug)]
pub struct Module {
    /// Path of the spec file below the spec directory.
    pub source: String,
    /// Names of the Rust module and of those around it, outermost first.
    pub path: Vec<String>,
    /// Documentation.
    pub doc: String,
    /// The Cargo feature that it is behind.
    pub feature: Option<String>,
    /// Header that its definitions come from, unless they say so themselves.
    pub header: Option<String>,
    /// Netlink protocols it defines.
    pub protocols: Vec<NetlinkProtocol>,
    /// Numbers.
    pub constants: Vec<Constant>,
    /// Open enums and flags.
    pub enumerations: Vec<Enumeration>,
    /// Units of time.
    pub units: Vec<Unit>,
    /// Integers with named ranges of bits.
    pub parts: Vec<Parts>,
    /// Fixed structs.
    pub structures: Vec<Structure>,
    /// Attribute sets.
    pub sets: Vec<Set>,
    /// Unions.
    pub unions: Vec<Union>,
    /// Protocol family of its messages and groups.
    pub family: Option<String>,
    /// ioctl requests.
    pub ioctls: Vec<Ioctl>,
    /// Multicast groups.
    pub groups: Vec<Group>,
}

/// What everything with a name has in common.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Name in Rust.
    pub name: String,
    /// Name in C; for enums and attribute sets without one, the prefix of their values. Empty if there is none.
    pub c: String,
    /// Header that defines it, such as `linux/if_link.h`.
    pub header: Option<String>,
    /// Kernel version it came with.
    pub since: Option<String>,
    /// Documentation.
    pub doc: String,
}

/// A number with a name.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Names and documentation.
    pub meta: Meta,
    /// Its type.
    pub ty: Int,
    /// Its value.
    pub value: i128,
    /// The value as the spec writes it.
    pub literal: String,
}

/// An open enum, or flags.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// Names and documentation.
    pub meta: Meta,
    /// Whether values are bits that combine.
    pub flags: bool,
    /// Whether the C constants are numbers of bits rather than masks.
    pub numbered: bool,
    /// Integer behind it.
    pub repr: Int,
    /// Named values.
    pub values: Vec<EnumValue>,
}

/// A named value of an enum, or a bit.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// Names and documentation.
    pub meta: Meta,
    /// The number; a mask for flags.
    pub value: i128,
    /// Whether it repeats the number of an earlier value.
    pub alias: bool,
    /// The number as the spec writes it.
    pub literal: String,
}

/// A time in ticks.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Names and documentation.
    pub meta: Meta,
    /// Integer behind it.
    pub repr: Int,
    /// Ticks of a second.
    pub per_second: u64,
    /// Value that means "no limit".
    pub forever: Option<i128>,
    /// That value as the spec writes it; empty if there is none.
    pub literal: String,
}
