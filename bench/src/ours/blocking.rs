//! The workloads by the handle that waits.

use std::hint::black_box;

use netlink::generated::route::route::RouteView;
use netlink::list::{Listing, Scanned};
use netlink::wire::DecodeError;
use netlink::{Iter, Netlink, Result};

use super::{Sum, link_sum, neighbours, route, routes};
use crate::meter::{Args, Done, Meter};
use crate::{Outcome, no_such};

pub(super) fn run(args: &Args, meter: &Meter) -> Outcome {
    let nl = Netlink::new();
    // Opens the socket, which is not part of what is measured.
    nl.links().get("lo")?;
    let (form, times) = (args.text("as", "iter"), args.number("times", 1));
    match args.workload() {
        "route-add" => {
            let (n, batch) = (args.number("n", 20_000), args.number("batch", 0));
            let ifindex = args.number("ifindex", 0) as u32;
            match batch {
                0 => meter.run(|| add(&nl, n, ifindex)),
                _ => meter.run(|| add_batched(&nl, n, batch, ifindex)),
            }
        }
        "route-dump" => match form {
            "list" => {
                meter.run(|| repeat(times, || kept(nl.routes().list(&routes())?.into_vec()?)))
            }
            "scan" => meter.run(|| {
                repeat(times, || {
                    scanned(|each| nl.routes().scan(&routes(), |view| each(route_sum(&view))))
                })
            }),
            _ => meter.run(|| repeat(times, || dropped(nl.routes().iter(&routes())))),
        },
        "link-dump" => match form {
            "list" => meter.run(|| {
                repeat(times, || {
                    kept(nl.links().list(&Default::default())?.into_vec()?)
                })
            }),
            "scan" => meter.run(|| {
                repeat(times, || {
                    scanned(|each| {
                        nl.links()
                            .scan(&Default::default(), |view| each(link_sum(&view)))
                    })
                })
            }),
            _ => meter.run(|| repeat(times, || dropped(nl.links().iter(&Default::default())))),
        },
        "neigh-dump" => match form {
            "list" => {
                meter.run(|| repeat(times, || kept(nl.neighs().list(&neighbours())?.into_vec()?)))
            }
            "scan" => meter.run(|| {
                repeat(times, || {
                    scanned(|each| {
                        nl.neighs()
                            .scan(&neighbours(), |view| each(Ok(view.index().into())))
                    })
                })
            }),
            _ => meter.run(|| repeat(times, || dropped(nl.neighs().iter(&neighbours())))),
        },
        "link-get" => {
            let (n, name) = (args.number("n", 20_000), args.text("name", "lo"));
            meter.run(|| {
                let mut sum = 0;
                for _ in 0..n {
                    sum += match form {
                        "view" => nl.links().view(name, |link| link_sum(&link))?,
                        _ => nl.links().get(name)?.sum(),
                    };
                }
                Ok::<_, netlink::Error>(Done {
                    n,
                    checks: (n, sum),
                })
            })
        }
        other => no_such(other),
    }
}

/// Does it so often and adds up.
fn repeat(times: u64, mut dump: impl FnMut() -> Result<(u64, u64)>) -> Result<Done> {
    let (mut count, mut sum) = (0, 0);
    for _ in 0..times {
        let (objects, of_them) = dump()?;
        count += objects;
        sum += of_them;
    }
    Ok(Done {
        n: count,
        checks: (count, sum),
    })
}

fn kept<T: Sum>(items: Vec<T>) -> Result<(u64, u64)> {
    let items = black_box(items);
    Ok((items.len() as u64, items.iter().map(Sum::sum).sum()))
}

fn dropped<L: Listing<Item: Sum>>(mut items: Iter<L>) -> Result<(u64, u64)> {
    let mut sum = 0;
    for item in &mut items {
        sum += black_box(&item).sum();
    }
    Ok((items.end()?.into_count()? as u64, sum))
}

/// A scan that adds up a number of each object.
fn scanned(
    scan: impl FnOnce(&mut dyn FnMut(Result<u64, DecodeError>)) -> Result<Scanned>,
) -> Result<(u64, u64)> {
    let mut sum = 0;
    let mut each = |number: Result<u64, DecodeError>| sum += number.unwrap_or(0);
    let count = scan(&mut each)?.into_count()?;
    Ok((count as u64, sum))
}

fn route_sum(route: &RouteView<'_>) -> Result<u64, DecodeError> {
    Ok(route.oif()?.unwrap_or(0).into())
}

fn add(nl: &Netlink, n: u64, ifindex: u32) -> Result<Done> {
    for number in 0..n {
        nl.routes().add(&route(number, ifindex))?;
    }
    Ok(Done { n, checks: (n, 0) })
}

fn add_batched(nl: &Netlink, n: u64, size: u64, ifindex: u32) -> Result<Done> {
    let mut next = 0;
    while next < n {
        let end = n.min(next + size);
        let batch = nl.batch();
        for number in next..end {
            // Every failure shows in `all`.
            let _ = batch.routes().add(&route(number, ifindex));
        }
        batch.commit()?.all()?;
        next = end;
    }
    Ok(Done { n, checks: (n, 0) })
}
