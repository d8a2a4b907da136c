//! Arguments, and what a run took: [`Args`], [`Meter`].

use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Instant;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::Outcome;

/// Counts allocations and their bytes while something runs.
pub type Count = fn(&mut dyn FnMut()) -> (u64, u64);

/// A workload and `key=value` arguments.
pub(crate) struct Args(Vec<String>);

impl Args {
    pub(crate) fn of_program() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    pub(crate) fn workload(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// What follows the workload.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &str> {
        self.0.iter().skip(1).map(String::as_str)
    }

    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.rest()
            .find_map(|arg| arg.strip_prefix(key)?.strip_prefix('='))
    }

    pub(crate) fn text<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.find(key).unwrap_or(default)
    }

    pub(crate) fn number(&self, key: &str, default: u64) -> u64 {
        match self.find(key) {
            None => default,
            Some(text) => text
                .parse()
                .unwrap_or_else(|_| panic!("{key}= takes a number")),
        }
    }

    pub(crate) fn is_on(&self, key: &str) -> bool {
        self.number(key, 0) != 0
    }
}

/// What a workload has to show for itself.
pub(crate) struct Done {
    /// Operations.
    pub(crate) n: u64,
    /// Two numbers in which all who do the same work agree.
    pub(crate) checks: (u64, u64),
}

/// Measures, and prints a line of JSON.
pub(crate) struct Meter {
    workload: String,
    count: Option<Count>,
}

impl Meter {
    pub(crate) fn new(workload: &str, count: Option<Count>) -> Self {
        Self {
            workload: workload.to_owned(),
            count,
        }
    }

    /// Runs the part of a workload that counts.
    pub(crate) fn run<E>(&self, mut work: impl FnMut() -> Result<Done, E>) -> Outcome
    where
        Box<dyn std::error::Error>: From<E>,
    {
        let mut done = None;
        let before = getrusage(UsageWho::RUSAGE_SELF)?;
        let start = Instant::now();
        let allocations = self.counted(&mut || done = Some(work()));
        let wall = start.elapsed().as_nanos();
        let after = getrusage(UsageWho::RUSAGE_SELF)?;
        let Some(done) = done else {
            return Err("nothing was done".into());
        };
        let Done { n, checks } = done?;
        let of = |what: fn(&Usage) -> i64| what(&after) - what(&before);
        let mut line = format!(
            "{{\"workload\":\"{}\",\"n\":{n},\"wall_ns\":{wall},\"user_us\":{},\"sys_us\":{},\"nvcsw\":{},\"nivcsw\":{},\
             \"check1\":{},\"check2\":{},\"maxrss_kb\":{}",
            self.workload,
            of(|usage| usage.user_time().num_microseconds()),
            of(|usage| usage.system_time().num_microseconds()),
            of(Usage::voluntary_context_switches),
            of(Usage::involuntary_context_switches),
            checks.0,
            checks.1,
            most_resident(),
        );
        if let Some((allocs, bytes)) = allocations {
            write!(line, ",\"allocs\":{allocs},\"alloc_bytes\":{bytes}")?;
        }
        println!("{line}}}");
        Ok(())
    }

    fn counted(&self, work: &mut dyn FnMut()) -> Option<(u64, u64)> {
        match self.count {
            Some(count) => Some(count(work)),
            None => {
                work();
                None
            }
        }
    }

    /// Nanoseconds a call of `step`, and allocations if they are counted.
    pub(crate) fn per_call(&self, iters: u64, mut step: impl FnMut(u64)) -> (f64, Option<f64>) {
        (0..iters / 10).for_each(&mut step);
        let start = Instant::now();
        let allocations = self.counted(&mut || (0..iters).for_each(&mut step));
        let each = |total: f64| total / iters as f64;
        (
            each(start.elapsed().as_nanos() as f64),
            allocations.map(|(count, _)| each(count as f64)),
        )
    }

    /// Prints what [`Self::per_call`] found.
    pub(crate) fn print_calls(&self, iters: u64, calls: &[(&str, (f64, Option<f64>))]) -> Outcome {
        let mut line = format!("{{\"workload\":\"{}\",\"n\":{iters}", self.workload);
        for (name, (time, allocations)) in calls {
            write!(line, ",\"{name}_ns\":{time:.1}")?;
            if let Some(allocations) = allocations {
                write!(line, ",\"{name}_allocs\":{allocations:.2}")?;
            }
        }
        println!("{line}}}");
        Ok(())
    }
}

/// The most memory this program had resident so far, in kilobytes. That of `getrusage` starts with what the program
/// had that started this one.
fn most_resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok())
        .unwrap_or(0)
}

/// Hands over to the program of this name beside this one.
pub(crate) fn instead(name: &str) -> Outcome {
    let program = std::env::current_exe()?.with_file_name(name);
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    Err(command.env_remove("ALLOC_REPORT").exec().into())
}
