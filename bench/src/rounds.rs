//! `rounds WORKLOAD runs=N`: all that is to be compared, in turns, in one network of their own.
//!
//! Prints a line of JSON a row, which says what it is compared with, then one a run: that of the run, with the row in
//! front. Round 0 warms up. At the end each row runs once more with an allocator that counts, unless `count=0`.
//! `rows=dumps`, `batches` or `tasks` has rows that show how the time of a workload grows.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::meter::Args;
use crate::network::{IFINDEX, Network, Sizes};
use crate::rows::{self, Row};

pub(crate) fn run(args: &Args) -> Outcome {
    let workload = args.rest().next().unwrap_or_default();
    let default = match workload {
        "link-dump" => 10,
        "neigh-dump" => 5,
        _ => 1,
    };
    let mut common = vec![format!("times={}", args.number("times", default))];
    match workload {
        "route-add" => {
            common.push(format!("ifindex={IFINDEX}"));
            common.push(format!("n={}", args.number("n", 20_000)));
        }
        "link-get" => {
            common.push("name=va50".to_owned());
            common.push(format!("n={}", args.number("n", 20_000)));
        }
        _ => {}
    }
    let Some(rows) = rows::of(workload, args) else {
        return crate::no_such(workload);
    };
    let only = args.find("peers");
    let wanted =
        |row: &&Row| only.is_none_or(|only| only.split(',').any(|peer| row.name.starts_with(peer)));
    let rows: Vec<&Row> = rows.iter().filter(wanted).collect();
    let sizes = Sizes {
        routes: args.number("routes", 200_000),
        links: args.number("links", 2_000),
        neighbours: args.number("neighbours", 50_000),
    };
    // Before this process moves: the links to its own programs stay what they are.
    let timed = std::env::current_exe()?;
    let counting = timed.with_file_name("netlink-bench-count");
    let network = Network::make(workload)?;
    network.fill(workload, sizes)?;
    let rounds = Rounds {
        workload,
        common,
        network,
    };
    for row in &rows {
        let goal = row
            .at_most
            .map_or(String::new(), |ratio| format!(",\"at_most\":{ratio}"));
        let (label, against) = (label(row), row.against);
        println!("{{{label},\"workload\":\"{workload}\",\"against\":\"{against}\"{goal}}}");
    }
    let mut order: Vec<&Row> = rows.clone();
    let mut seen = None;
    for round in 0..=args.number("runs", 7) {
        shuffle(&mut order, round);
        for row in &order {
            let line = rounds.one(&timed, row)?;
            check(row, &line, &mut seen)?;
            print_run(row, &round.to_string(), &line);
        }
    }
    if args.number("count", 1) != 0 {
        for row in &rows {
            print_run(row, "\"count\"", &rounds.one(&counting, row)?);
        }
    }
    Ok(())
}

fn print_run(row: &Row, round: &str, line: &str) {
    let (label, rest) = (label(row), line.trim_start_matches('{'));
    println!("{{{label},\"round\":{round},{rest}");
}

/// What tells a row from others of its workload, as members of an object.
fn label(row: &Row) -> String {
    let point = |(_, point)| format!(",\"at\":{point}");
    let at = row.at.map_or(String::new(), point);
    format!("\"row\":\"{}\"{at}", row.name)
}

struct Rounds<'a> {
    workload: &'a str,
    common: Vec<String>,
    network: Network,
}

impl Rounds<'_> {
    /// One run, and the line it printed.
    fn one(&self, program: &Path, row: &Row) -> Result<String, Box<dyn std::error::Error>> {
        if self.workload == "route-add" {
            self.network.reset()?;
        }
        let mut command = Command::new(program);
        command.arg(self.workload).args(&self.common);
        command.args(row.args.split_whitespace());
        command.args(row.at.map(|(key, point)| format!("{key}={point}")));
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("{} failed", row.name).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

/// All must have seen the same; those that decode nothing have no second number.
fn check(row: &Row, line: &str, seen: &mut Option<(u64, u64)>) -> Outcome {
    let number = |key: &str| {
        let (_, rest) = line.split_once(&format!("\"{key}\":"))?;
        rest.split([',', '}']).next()?.parse::<u64>().ok()
    };
    let (Some(count), Some(sum)) = (number("check1"), number("check2")) else {
        return Ok(());
    };
    let (known, known_sum) = *seen.get_or_insert((count, sum));
    if known_sum == 0 {
        *seen = Some((known, sum));
    }
    if count != known || (sum != 0 && known_sum != 0 && sum != known_sum) {
        return Err(format!(
            "{} saw {count} objects of {sum}, others {known} of {known_sum}",
            row.name
        )
        .into());
    }
    Ok(())
}

/// Another order each round, the same in each call.
fn shuffle(rows: &mut [&Row], round: u64) {
    let mut state = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for last in (1..rows.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        rows.swap(last, (state % (last as u64 + 1)) as usize);
    }
}
