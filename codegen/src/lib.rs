//! Specs in, Rust text out.
#![forbid(unsafe_code)]
