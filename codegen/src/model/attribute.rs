//! A flat list of all attributes, for tests that demand something of each.

use super::{Direction, Protocol};

/// One attribute of one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Rust name of the set.
    pub set: String,
    /// Rust module of the set, as in `route::link`.
    pub module: String,
    /// Name in C.
    pub c: String,
    /// Rust name of the field.
    pub field: String,
    /// Its id.
    pub id: u64,
    /// The type as the spec writes it.
    pub ty: String,
    /// Who sends it.
    pub direction: Direction,
}

/// All attributes, in the order of the specs.
pub fn attributes(protocol: &Protocol) -> Vec<Attribute> {
    let mut list = Vec::new();
    for module in &protocol.modules {
        for set in &module.sets {
            list.extend(set.attrs().map(|attr| Attribute {
                set: set.meta.name.clone(),
                module: module.path.join("::"),
                c: attr.meta.c.clone(),
                field: attr.meta.name.clone(),
                id: attr.id,
                ty: attr.payload.text.clone(),
                direction: attr.direction,
            }));
        }
    }
    list
}
