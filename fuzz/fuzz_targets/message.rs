//! Messages made from their schemas, well formed or damaged.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netlink_tests::fuzz::run("message", data));
