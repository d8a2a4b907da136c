//! The derives and attribute macros, with any Rust text.
//!
//! A crate of macros exports nothing but macros, so its modules are taken in here as they are.
#![no_main]

#[path = "../../nlgen-macros/src/any.rs"]
mod any;
#[path = "../../nlgen-macros/src/attrs.rs"]
mod attrs;
#[path = "../../nlgen-macros/src/field.rs"]
mod field;
#[path = "../../nlgen-macros/src/header.rs"]
mod header;
#[path = "../../nlgen-macros/src/kind/mod.rs"]
mod kind;
#[path = "../../nlgen-macros/src/layout.rs"]
mod layout;
#[path = "../../nlgen-macros/src/messages.rs"]
mod messages;
#[path = "../../nlgen-macros/src/names.rs"]
mod names;
#[path = "../../nlgen-macros/src/nl.rs"]
mod nl;
#[path = "../../nlgen-macros/src/parts.rs"]
mod parts;
#[path = "../../nlgen-macros/src/put.rs"]
mod put;
#[path = "../../nlgen-macros/src/select.rs"]
mod select;
#[path = "../../nlgen-macros/src/time.rs"]
mod time;
#[path = "../../nlgen-macros/src/view.rs"]
mod view;

libfuzzer_sys::fuzz_target!(|data: &[u8]| any::run(data));
