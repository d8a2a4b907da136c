//! `cargo xtask bench`: the library beside the floor and other libraries, measured by the program in `bench/`.

mod builds;
mod growth;
mod instructions;
mod plot;
mod table;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use table::Results;

/// All workloads, the one that leaves most to tidy up last.
const WORKLOADS: [&str; 6] = [
    "codec",
    "route-add",
    "route-dump",
    "neigh-dump",
    "link-get",
    "link-dump",
];

/// Where the table goes.
const PAGE: &str = "docs/performance.md";
const PLOT: &str = "docs/performance.svg";

const END: &str = "<!-- end of table -->\n";

const HELP: &str = "\
Usage: cargo xtask bench [OPTION…] [WORKLOAD…] [SIZE=N…]

Times the library beside the floor and other libraries, in network namespaces of its own, and prints a table.
A WORKLOAD is codec, route-add, route-dump, neigh-dump, link-get or link-dump, all unless some are named; sizes are
routes, links and neighbours to list, n operations of the others, times that something is listed.

  --growth          instead: how the time grows with routes to list (1,000 to routes=1000000), with requests in a
                    batch (n=65536 in all) and with tasks that share a handle (n=20000 in all)
  --builds          instead: what a small program costs to build that lists links by this library, and by others
  --instructions    instead: the instructions of the codec, counted by valgrind, written to docs/instructions.md
  --check           with --instructions: compare with that file
  --runs N          rounds, 7 unless said, and one more that warms up; of --builds 3, and none
  --no-peers        without the other libraries
  --update          write the table into docs/performance.md, with --growth or --builds into docs/growth.md,
                    and draw the plot beside it
";

/// What is measured.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Subject {
    #[default]
    Workloads,
    Growth,
    Builds,
    Instructions,
}

#[derive(Default)]
struct Options {
    subject: Subject,
    runs: Option<u32>,
    update: bool,
    check: bool,
    peers: bool,
    /// Passed on to the program, such as `routes=1000`.
    sizes: Vec<String>,
    workloads: Vec<String>,
}

impl Options {
    fn read(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            peers: true,
            ..Self::default()
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--runs" => {
                    let runs = args.next().and_then(|runs| runs.parse().ok());
                    let runs = runs.filter(|runs| *runs > 0);
                    options.runs = Some(runs.ok_or("--runs takes a number")?);
                }
                "--update" => options.update = true,
                "--check" => options.check = true,
                "--no-peers" => options.peers = false,
                "--growth" => options.set(Subject::Growth)?,
                "--builds" => options.set(Subject::Builds)?,
                "--instructions" => options.set(Subject::Instructions)?,
                size if size.contains('=') => options.sizes.push(size.to_owned()),
                workload if WORKLOADS.contains(&workload) => {
                    options.workloads.push(workload.to_owned());
                }
                other => {
                    return Err(format!(
                        "`{other}` is neither option nor workload\n\n{HELP}"
                    ));
                }
            }
        }
        if options.subject != Subject::Workloads && !options.workloads.is_empty() {
            return Err("workloads are not picked with the option that is given".to_owned());
        }
        if options.workloads.is_empty() {
            options.workloads = WORKLOADS.map(str::to_owned).to_vec();
        }
        Ok(options)
    }

    fn set(&mut self, subject: Subject) -> Result<(), String> {
        if self.subject != Subject::Workloads {
            return Err("--growth, --builds and --instructions go one at a time".to_owned());
        }
        self.subject = subject;
        Ok(())
    }

    fn runs(&self) -> u32 {
        self.runs.unwrap_or(7)
    }

    /// The size of a name, or what it is unless the command line says it.
    fn size(&self, name: &str, default: u64) -> Result<u64, String> {
        let mut sizes = self.sizes.iter();
        let value = sizes.find_map(|size| size.strip_prefix(name)?.strip_prefix('='));
        match value {
            Some(value) => value.parse().map_err(|_| format!("{name}= takes a number")),
            None => Ok(default),
        }
    }
}

pub(crate) fn command(args: &[String]) -> Result<(), String> {
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    let options = Options::read(args)?;
    match options.subject {
        Subject::Workloads => workloads(&options),
        Subject::Growth => growth::run(&options),
        Subject::Builds => builds::run(&options),
        Subject::Instructions => instructions::run(options.check),
    }
}

fn workloads(options: &Options) -> Result<(), String> {
    let program = build(options.peers, "release")?;
    let mut results = Results::default();
    for workload in &options.workloads {
        eprintln!("{workload}");
        rounds(&program, workload, &[], options, &mut results)?;
    }
    let table = results.markdown();
    print!("{table}");
    if options.update {
        let root = crate::regen::workspace_root();
        write_between(&root.join(PAGE), "bench", &table)?;
        write(&root.join(PLOT), &plot::svg(&results.ratios()))?;
    }
    Ok(())
}

/// The release build of the program.
fn build(peers: bool, profile: &str) -> Result<PathBuf, String> {
    let root = crate::regen::workspace_root();
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target/bench"),
    };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--profile",
            profile,
            "--locked",
            "--quiet",
            "--manifest-path",
        ])
        .arg(root.join("bench/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    if !peers {
        command.arg("--no-default-features");
    }
    match command.status() {
        Ok(status) if status.success() => Ok(target.join(profile).join("netlink-bench")),
        Ok(_) => Err("the program in bench/ does not build".to_owned()),
        Err(error) => Err(format!("cargo: {error}")),
    }
}

/// Rounds of a workload; `args` are for the program and come before the sizes.
fn rounds(
    program: &Path,
    workload: &str,
    args: &[String],
    options: &Options,
    results: &mut Results,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .args(["rounds", workload, &format!("runs={}", options.runs())])
        .args(args)
        .args(&options.sizes);
    if !options.peers {
        command.arg("peers=floor,ours");
    }
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(lines) = child.stdout.take() {
        for line in BufReader::new(lines).lines() {
            results.take(&line.map_err(failed)?)?;
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`rounds {workload}` ended with {status}")),
        Err(error) => Err(failed(error)),
    }
}

/// How many rounds there were, and how busy the machine was before.
fn conditions(rounds: u32) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("Rounds: {rounds}. Load of the machine before: {load}, on {cores} cores.\n\n")
}

/// Replaces what stands between the two marks of a page that are for a command.
fn write_between(path: &Path, command: &str, text: &str) -> Result<(), String> {
    let begin = format!("<!-- table: written by `cargo xtask {command} --update` -->\n");
    let page = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let parts = page
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(format!("{} has no place for the table", path.display()));
    };
    write(path, &format!("{before}{begin}{text}{END}{after}"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
