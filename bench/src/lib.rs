//! Workloads to measure netlink libraries by: `netlink-bench WORKLOAD key=value…` runs one and prints a line of JSON.
//!
//! | workload | arguments | what |
//! | --- | --- | --- |
//! | `route-add` | `n= ifindex= batch=` | adds `n` routes by a call each, or so many a batch |
//! | `route-dump` | `as= times=` | dumps IPv4 routes: `as=iter` decodes each and drops it, `list` keeps all, `scan` looks at each |
//! | `link-dump` | `as= times=` | the same with links |
//! | `neigh-dump` | `as= times=` | the same with IPv4 neighbours |
//! | `link-get` | `n= name= as=` | asks for one link by name, again and again; with `as=view` only for what is added up |
//! | `codec` | `newroute= newlink= iters=` | no system calls: decodes and encodes |
//!
//! `peer=` says whose code does it: `ours` (the default), `floor`, `rtnetlink`, `neli`, `netlink-bindings`. Ours takes
//! `tokio=1` for the asynchronous handle (`mt=1`: with the scheduler of many threads), and with it `tasks=` to share
//! routes to add or links to ask for among so many tasks. The floor takes `decode=1` and `collect=`.
//!
//! `rounds WORKLOAD runs=N` makes a network in a namespace of its own and runs what is to be compared in there, in turns.
#![forbid(unsafe_code)]

mod codec;
mod floor;
mod meter;
mod network;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod rounds;
mod rows;

use std::process::ExitCode;

pub use meter::Count;
use meter::{Args, Meter};
pub use ours::{Asynchronous, asynchronous};

/// What a workload may come to.
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The program; `count` counts the allocations of what it is given to do. What needs a runtime is left to a program that has
/// `asynchronous`: one that blocks should not be as large as one that has a runtime in it.
pub fn main(count: Option<Count>, asynchronous: Option<Asynchronous>) -> ExitCode {
    let args = Args::of_program();
    match run(&args, count, asynchronous) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", args.workload());
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args, count: Option<Count>, asynchronous: Option<Asynchronous>) -> Outcome {
    if count.is_none() && std::env::var_os("ALLOC_REPORT").is_some() {
        // Whoever asks for allocations is not interested in the time.
        return meter::instead("netlink-bench-count");
    }
    let meter = Meter::new(args.workload(), count);
    match args.workload() {
        "rounds" => rounds::run(args),
        "operation" => codec::operation(args),
        "capture" => floor::capture(args),
        _ => match args.text("peer", "ours") {
            "ours" => ours::run(args, &meter, asynchronous),
            "floor" => floor::run(args, &meter),
            #[cfg(feature = "peers")]
            "rtnetlink" => peers::rtnetlink::run(args, &meter),
            #[cfg(feature = "peers")]
            "neli" => peers::neli::run(args, &meter),
            #[cfg(feature = "peers")]
            "netlink-bindings" => peers::netlink_bindings::run(args, &meter),
            other => Err(format!("no such peer, or not built: {other}").into()),
        },
    }
}

/// The error for a workload that a peer does not have.
fn no_such(workload: &str) -> Outcome {
    Err(format!("no workload is called `{workload}`").into())
}
