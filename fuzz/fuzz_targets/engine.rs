//! The engine, answered by any datagrams.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netlink_tests::fuzz::run("engine", data));
