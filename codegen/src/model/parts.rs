//! Integers with named ranges of bits.

use super::{Int, Meta, Named};

/// An integer with named ranges of bits.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Names and documentation.
    pub meta: Meta,
    /// The integer.
    pub repr: Int,
    /// Its parts, in the order of the spec.
    pub parts: Vec<Part>,
}

/// A range of bits.
#[derive(Clone, Debug)]
pub struct Part {
    /// Names and documentation.
    pub meta: Meta,
    /// First bit.
    pub shift: u64,
    /// Number of bits.
    pub bits: u64,
    /// An enum or flags, where it is more than a number.
    pub ty: Option<Named>,
}
