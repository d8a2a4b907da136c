//! Any bytes as the run-time schema reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netlink_tests::fuzz::run("schema", data));
