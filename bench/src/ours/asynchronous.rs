//! The workloads by the handle of tokio.

use std::hint::black_box;
use std::ops::Range;

use netlink::Result;
use netlink::list::Listing;
use netlink::tokio::{Iter, Netlink};
use tokio::runtime::{Builder, Runtime};

use super::{Sum, link_sum, neighbours, route, routes};
use crate::meter::{Args, Done, Meter};
use crate::{Outcome, no_such};

pub(super) fn run(args: &Args, meter: &Meter) -> Outcome {
    let mut builder = match args.is_on("mt") {
        true => Builder::new_multi_thread(),
        false => Builder::new_current_thread(),
    };
    let runtime = builder.enable_all().build()?;
    let nl = Netlink::new();
    runtime.block_on(async { nl.links().get("lo").await })?;
    let (times, tasks) = (args.number("times", 1), args.number("tasks", 0));
    match args.workload() {
        "route-add" => {
            let (n, batch) = (args.number("n", 20_000), args.number("batch", 0));
            let ifindex = args.number("ifindex", 0) as u32;
            match (batch, tasks) {
                (0, 0) => meter.run(|| runtime.block_on(add(nl.clone(), 0..n, ifindex))),
                (0, _) => meter.run(|| {
                    by_tasks(&runtime, n, tasks, |numbers| {
                        add(nl.clone(), numbers, ifindex)
                    })
                }),
                _ => meter.run(|| runtime.block_on(add_batched(&nl, n, batch, ifindex))),
            }
        }
        "route-dump" => match args.text("as", "iter") {
            "list" => meter.run(|| {
                runtime.block_on(async {
                    let items = nl.routes().list(&routes()).await?.into_vec()?;
                    let items = black_box(items);
                    let n = items.len() as u64;
                    Ok::<_, netlink::Error>(Done {
                        n,
                        checks: (n, items.iter().map(Sum::sum).sum()),
                    })
                })
            }),
            _ => meter.run(|| {
                runtime.block_on(async { dropped(times, || nl.routes().iter(&routes())).await })
            }),
        },
        "link-dump" => meter.run(|| {
            runtime
                .block_on(async { dropped(times, || nl.links().iter(&Default::default())).await })
        }),
        "neigh-dump" => meter.run(|| {
            runtime.block_on(async { dropped(times, || nl.neighs().iter(&neighbours())).await })
        }),
        "link-get" => {
            let (n, name) = (args.number("n", 20_000), args.text("name", "lo"));
            let view = args.text("as", "owned") == "view";
            let get = |numbers| get(nl.clone(), numbers, name.to_owned(), view);
            match tasks {
                0 => meter.run(|| runtime.block_on(get(0..n))),
                _ => meter.run(|| by_tasks(&runtime, n, tasks, get)),
            }
        }
        other => no_such(other),
    }
}

async fn dropped<L: Listing<Item: Sum>>(times: u64, list: impl Fn() -> Iter<L>) -> Result<Done> {
    let (mut n, mut sum) = (0, 0);
    for _ in 0..times {
        let mut items = list();
        while let Some(item) = items.next().await {
            sum += black_box(&item).sum();
        }
        n += items.end().await?.into_count()? as u64;
    }
    Ok(Done {
        n,
        checks: (n, sum),
    })
}

async fn add(nl: Netlink, numbers: Range<u64>, ifindex: u32) -> Result<Done> {
    let n = numbers.end - numbers.start;
    for number in numbers {
        nl.routes().add(&route(number, ifindex)).await?;
    }
    Ok(Done { n, checks: (n, 0) })
}

async fn get(nl: Netlink, numbers: Range<u64>, name: String, view: bool) -> Result<Done> {
    let (n, mut sum) = (numbers.end - numbers.start, 0);
    for _ in numbers {
        sum += match view {
            true => {
                nl.links()
                    .view(name.as_str(), |link| link_sum(&link))
                    .await?
            }
            false => nl.links().get(name.as_str()).await?.sum(),
        };
    }
    Ok(Done {
        n,
        checks: (n, sum),
    })
}

/// Shares `n` operations out among tasks that run at once.
fn by_tasks<W>(
    runtime: &Runtime,
    n: u64,
    tasks: u64,
    work: impl Fn(Range<u64>) -> W,
) -> Result<Done, Box<dyn std::error::Error>>
where
    W: Future<Output = Result<Done>> + Send + 'static,
{
    let share = |task| n * task / tasks..n * (task + 1) / tasks;
    let running: Vec<_> = (0..tasks)
        .map(|task| runtime.spawn(work(share(task))))
        .collect();
    let mut checks = (0, 0);
    for task in running {
        let of_task = runtime.block_on(task)??.checks;
        checks = (checks.0 + of_task.0, checks.1 + of_task.1);
    }
    Ok(Done { n, checks })
}

async fn add_batched(nl: &Netlink, n: u64, size: u64, ifindex: u32) -> Result<Done> {
    let mut next = 0;
    while next < n {
        let end = n.min(next + size);
        let batch = nl.batch();
        for number in next..end {
            // Every failure shows in `all`.
            let _ = batch.routes().add(&route(number, ifindex));
        }
        batch.commit().await?.all()?;
        next = end;
    }
    Ok(Done { n, checks: (n, 0) })
}
