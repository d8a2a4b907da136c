//! The build system.
#![forbid(unsafe_code)]
fn main() {}
