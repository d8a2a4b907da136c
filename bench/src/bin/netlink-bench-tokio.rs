//! The same program with a runtime in it.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    netlink_bench::main(None, Some(netlink_bench::asynchronous()))
}
