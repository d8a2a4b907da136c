//! The same program with an allocator that counts. It is one of its own, since counting takes time and
//! the counter grows a vector by copying it, where the system would move its pages.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    let count: netlink_bench::Count = |work| {
        let info = allocation_counter::measure(work);
        (info.count_total, info.bytes_total)
    };
    netlink_bench::main(Some(count), Some(netlink_bench::asynchronous()))
}
