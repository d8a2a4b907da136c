//! Unions: payloads chosen by a selector.

use super::{Int, Meta, Payload};

/// A choice of payloads.
#[derive(Clone, Debug)]
pub struct Union {
    /// Names and documentation.
    pub meta: Meta,
    /// Whether the selector is text.
    pub text_key: bool,
    /// The integer at the front of the payload that is the selector.
    pub lead: Option<Int>,
    /// Bytes of a union that stands in a fixed struct.
    pub size: u64,
    /// Where the selector stands.
    pub selection: Selection,
    /// The choices.
    pub cases: Vec<Case>,
    /// Payload of all other selectors.
    pub default: Option<DefaultCase>,
}

/// Where the selector of a union stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// It belongs to the union: attribute and selector are one field.
    Tagged,
    /// It is a field of its own.
    Selected,
    /// It is another member of the fixed struct that the union is a member of.
    Fixed,
}

/// One choice.
#[derive(Clone, Debug)]
pub struct Case {
    /// Names and documentation; the name is that of the Rust variant.
    pub meta: Meta,
    /// The selector.
    pub key: CaseKey,
    /// Further selectors of the same case.
    pub more: Vec<u32>,
    /// The selector in what stands in for an absent tag.
    pub or: Option<CaseKey>,
    /// Whether the payload is one attribute, without the selector of the union in front.
    pub headless: bool,
    /// Absent for a kind without data.
    pub payload: Option<Payload>,
}

/// The selector of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseKey {
    /// A kind by name.
    Text(String),
    /// A kind by number.
    Number(u32),
}

/// Payload of all selectors that are no case.
#[derive(Clone, Debug)]
pub struct DefaultCase {
    /// Name of the Rust variant.
    pub name: String,
    /// Documentation.
    pub doc: String,
    /// What it holds.
    pub payload: Payload,
}
