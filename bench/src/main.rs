//! The program that is timed.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    netlink_bench::main(None, None)
}
