//! The dissector, with any file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netlink_tests::fuzz::run("dissect", data));
