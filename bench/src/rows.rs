//! What is compared with what: a [`Row`] each.

use crate::meter::Args;

/// Something to run.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) args: &'static str,
    /// The row that it is compared with; if this one stands at a point, then that one at the same.
    pub(crate) against: &'static str,
    /// The ratio to that row that is aimed at.
    pub(crate) at_most: Option<f64>,
    /// What grows, as the argument that says it, and how much of it there is.
    pub(crate) at: Option<(&'static str, u64)>,
}

const fn row(name: &'static str, args: &'static str, against: &'static str) -> Row {
    Row {
        name,
        args,
        against,
        at_most: None,
        at: None,
    }
}

impl Row {
    const fn at_most(self, ratio: f64) -> Self {
        Self {
            at_most: Some(ratio),
            ..self
        }
    }
}

/// The rows of a workload: all that do it, or with `rows=` those that show how its time grows.
pub(crate) fn of(workload: &str, args: &Args) -> Option<Vec<Row>> {
    Some(match (workload, args.text("rows", "all")) {
        ("route-add", "all") => ROUTE_ADD.to_vec(),
        ("route-dump", "all") => ROUTE_DUMP.to_vec(),
        ("link-dump", "all") => LINK_DUMP.to_vec(),
        ("neigh-dump", "all") => NEIGH_DUMP.to_vec(),
        ("link-get", "all") => LINK_GET.to_vec(),
        ("codec", "all") => CODEC.to_vec(),
        ("route-dump", "dumps") => {
            let routes = args.number("routes", 0);
            growing(DUMPS, "routes", &[routes])
        }
        ("route-add", "batches") => growing(BATCHES, "batch", &[1, 4, 16, 64, 256, 1024, 4096]),
        ("route-add" | "link-get", "tasks") => growing(TASKS, "tasks", &[1, 2, 4, 8, 16, 32, 64]),
        _ => return None,
    })
}

/// The rows at each of some points.
fn growing(rows: &[Row], key: &'static str, points: &[u64]) -> Vec<Row> {
    let mut all = Vec::new();
    for point in points {
        let at = Some((key, *point));
        all.extend(rows.iter().map(|row| Row { at, ..*row }));
    }
    all
}

const DUMPS: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("ours, scan", "as=scan", "floor"),
    row("ours", "", "floor"),
];

const BATCHES: &[Row] = &[
    row("floor", "peer=floor ack=last", ""),
    row("ours", "", "floor"),
];

/// The floor has no tasks: it stands at each point so that what it is compared with ran at about the same time.
const TASKS: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("ours, one thread", "tokio=1", "floor"),
    row("ours, threads", "tokio=1 mt=1", "floor"),
];

const ROUTE_ADD: &[Row] = &[
    row("floor", "peer=floor", ""),
    row(
        "floor, batches of 64",
        "peer=floor batch=64 ack=last",
        "floor",
    ),
    row(
        "floor, batches of 1024",
        "peer=floor batch=1024 ack=last",
        "floor",
    ),
    row("ours", "", "floor").at_most(1.05),
    row("ours, batches of 64", "batch=64", "floor, batches of 64").at_most(1.10),
    row(
        "ours, batches of 1024",
        "batch=1024",
        "floor, batches of 1024",
    )
    .at_most(1.10),
    row("ours, tokio", "tokio=1", "ours").at_most(1.15),
    row(
        "ours, tokio, batches of 1024",
        "tokio=1 batch=1024",
        "ours, batches of 1024",
    )
    .at_most(1.15),
    row("rtnetlink", "peer=rtnetlink", "floor"),
    row(
        "netlink-proto, batches of 64",
        "peer=rtnetlink batch=64",
        "floor, batches of 64",
    ),
    row("neli, socket", "peer=neli raw=1", "floor"),
    row("neli, router", "peer=neli", "floor"),
    row("netlink-bindings", "peer=netlink-bindings", "floor"),
    row(
        "netlink-bindings, batches of 63",
        "peer=netlink-bindings batch=63",
        "floor, batches of 64",
    ),
];

const ROUTE_DUMP: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("floor, decoding", "peer=floor decode=1", "floor"),
    row("floor, collecting", "peer=floor collect=route", "floor"),
    row("ours, scan", "as=scan", "floor").at_most(1.03),
    row("ours", "", "floor").at_most(1.12),
    row("ours, list", "as=list", "floor, collecting").at_most(1.12),
    row("ours, tokio", "tokio=1", "ours").at_most(1.15),
    row("ours, tokio, list", "tokio=1 as=list", "ours, list").at_most(1.15),
    row("rtnetlink", "peer=rtnetlink", "floor"),
    row("neli, socket", "peer=neli raw=1", "floor"),
    row("neli, router", "peer=neli", "floor"),
    row("netlink-bindings", "peer=netlink-bindings", "floor"),
];

const LINK_DUMP: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("floor, decoding", "peer=floor decode=1", "floor"),
    row("ours, scan", "as=scan", "floor"),
    row("ours", "", "floor").at_most(1.15),
    row("ours, list", "as=list", "floor"),
    row("ours, tokio", "tokio=1", "ours").at_most(1.15),
    row("rtnetlink", "peer=rtnetlink", "floor"),
    row("neli, socket", "peer=neli raw=1", "floor"),
    row("neli, router", "peer=neli", "floor"),
    row("netlink-bindings", "peer=netlink-bindings", "floor"),
];

const NEIGH_DUMP: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("floor, decoding", "peer=floor decode=1", "floor"),
    row("ours, scan", "as=scan", "floor"),
    row("ours", "", "floor"),
    row("ours, list", "as=list", "floor"),
    row("ours, tokio", "tokio=1", "ours").at_most(1.15),
    row("rtnetlink", "peer=rtnetlink", "floor"),
    row("neli, router", "peer=neli", "floor"),
    row("netlink-bindings", "peer=netlink-bindings", "floor"),
];

const LINK_GET: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("floor, decoding", "peer=floor decode=1", "floor"),
    row("ours, view", "as=view", "floor").at_most(1.05),
    row("ours", "", "floor").at_most(1.05),
    row("ours, tokio", "tokio=1", "ours").at_most(1.15),
    row("rtnetlink", "peer=rtnetlink", "floor"),
    row("neli, socket", "peer=neli raw=1", "floor"),
    row("neli, router", "peer=neli", "floor"),
    row("netlink-bindings", "peer=netlink-bindings", "floor"),
];

const CODEC: &[Row] = &[
    row("floor", "peer=floor", ""),
    row("ours", "", "floor"),
    row("rtnetlink", "peer=rtnetlink", "floor"),
    row("neli", "peer=neli", "floor"),
    row("netlink-bindings", "peer=netlink-bindings", "floor"),
];
