//! Any bytes as the body of any message, in both directions.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netlink_tests::fuzz::run("decode", data));
