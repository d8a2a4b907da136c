//! `cargo xtask bench --growth`: how times grow with what there is to list, with requests in a batch and with tasks.

use super::table::Results;
use super::{Options, conditions, plot, rounds, write, write_between};

pub(super) const PAGE: &str = "docs/growth.md";
const PLOT: &str = "docs/growth.svg";

/// A workload of which one thing grows.
struct Growing {
    title: &'static str,
    unit: &'static str,
    workload: &'static str,
    /// The rows of the program that show it.
    rows: &'static str,
    /// Operations, unless the command line says how many.
    n: u64,
}

const BY_CALLS: [Growing; 3] = [
    Growing {
        title: "Requests in a batch",
        unit: "requests a batch",
        workload: "route-add",
        rows: "batches",
        n: 65_536,
    },
    Growing {
        title: "Tasks that add routes by one handle",
        unit: "tasks",
        workload: "route-add",
        rows: "tasks",
        n: 20_000,
    },
    Growing {
        title: "Tasks that ask for a link by one handle",
        unit: "tasks",
        workload: "link-get",
        rows: "tasks",
        n: 20_000,
    },
];

/// The least and the most routes to list, unless the command line says how many.
const ROUTES: (u64, u64) = (1_000, 1_000_000);

pub(super) fn run(options: &Options) -> Result<(), String> {
    let mut text = conditions(options.runs());
    let program = super::build(false, "release")?;
    let mut ratios = Vec::new();
    let mut take = |title: &str, unit: &str, results: &Results| {
        text.push_str(&format!("### {title}\n\n{}\n", results.growth(unit)));
        ratios.extend(results.ratios().into_iter().map(|mut ratio| {
            ratio.name = format!("{} {unit}", ratio.name);
            ratio
        }));
    };

    let most = options.size("routes", ROUTES.1)?.max(ROUTES.0);
    let points = std::iter::successors(Some(ROUTES.0), |routes| Some(routes * 10));
    let mut results = Results::default();
    for routes in points.take_while(|routes| *routes <= most) {
        eprintln!("{routes} routes");
        // As many routes in all at each point, so that short dumps are timed as well as long ones.
        let args = arguments(&[
            ("rows", "dumps"),
            ("routes", &routes.to_string()),
            ("times", &(most / routes).to_string()),
        ]);
        rounds(&program, "route-dump", &args, options, &mut results)?;
    }
    take("Routes in a dump", "routes", &results);

    for growing in BY_CALLS {
        eprintln!("{}", growing.title);
        let mut results = Results::default();
        let n = options.size("n", growing.n)?.to_string();
        let args = arguments(&[("rows", growing.rows), ("n", &n)]);
        rounds(&program, growing.workload, &args, options, &mut results)?;
        take(growing.title, growing.unit, &results);
    }

    print!("{text}");
    if options.update {
        let root = crate::regen::workspace_root();
        write_between(&root.join(PAGE), "bench --growth", &text)?;
        write(&root.join(PLOT), &plot::svg(&ratios))?;
    }
    Ok(())
}

/// Arguments of the program; nothing counts allocations.
fn arguments(pairs: &[(&str, &str)]) -> Vec<String> {
    let pairs = pairs.iter().chain(&[("count", "0")]);
    pairs.map(|(key, value)| format!("{key}={value}")).collect()
}
