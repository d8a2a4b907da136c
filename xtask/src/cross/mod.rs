//! `cargo xtask cross`: the tests of the codec on machines with other byte orders and word sizes, and the oldest compiler.

mod run;
mod toolchain;

use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use crate::host::about;
use toolchain::Toolchain;

const HELP: &str = "\
Usage: cargo xtask cross [OPTION…] [FILTER…]

Builds the tests that need neither a kernel nor other programs for machines with another byte order (s390x) and
another word size (i386), with the oldest compiler that is supported, and runs them emulated; a FILTER selects tests
by a part of their names. Then builds the workspace with that compiler for this machine (msrv). Compiler, linkers and
emulator are packages of Debian, fetched by apt once and only unpacked, into $NETLINK_CROSS_CACHE
(~/.cache/netlink-cross).

  --target TARGET   s390x, i386 or msrv; may be given more than once, all unless said
  --fetch           only fetch what is missing
";

/// A machine that is emulated.
struct Machine {
    name: &'static str,
    triple: &'static str,
    /// The C compiler, which links.
    linker: &'static str,
    emulator: &'static str,
}

const MACHINES: [Machine; 2] = [
    Machine {
        name: "s390x",
        triple: "s390x-unknown-linux-gnu",
        linker: "s390x-linux-gnu-gcc-12",
        emulator: "qemu-s390x-static",
    },
    Machine {
        name: "i386",
        triple: "i686-unknown-linux-gnu",
        linker: "i686-linux-gnu-gcc-12",
        emulator: "qemu-i386-static",
    },
];

/// The target that is only built.
const MSRV: &str = "msrv";

/// What the command line asks for.
struct Options {
    targets: Vec<String>,
    fetch: bool,
    filters: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            targets: Vec::new(),
            fetch: false,
            filters: Vec::new(),
        };
        let names = || MACHINES.iter().map(|machine| machine.name).chain([MSRV]);
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--target" => {
                    let target = args
                        .next()
                        .ok_or(format!("{arg} wants a value\n\n{HELP}"))?;
                    if !names().any(|name| name == target) {
                        return Err(format!("no target is called {target}\n\n{HELP}"));
                    }
                    options.targets.push(target.clone());
                }
                "--fetch" => options.fetch = true,
                option if option.starts_with('-') => {
                    return Err(format!("no option is called {option}\n\n{HELP}"));
                }
                filter => options.filters.push(filter.to_owned()),
            }
        }
        if options.targets.is_empty() {
            // Who asks for some tests does not ask for the build.
            let all = names().filter(|name| options.filters.is_empty() || *name != MSRV);
            options.targets.extend(all.map(str::to_owned));
        }
        Ok(options)
    }

    fn has(&self, name: &str) -> bool {
        self.targets.iter().any(|target| target == name)
    }
}

/// Runs the command.
pub(crate) fn command(args: &[String]) -> Result<(), String> {
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    let options = Options::parse(args)?;
    if env::consts::ARCH != "x86_64" {
        return Err(format!(
            "the packages are for x86_64, and this machine is {}",
            env::consts::ARCH
        ));
    }
    let toolchain = Toolchain::find()?;
    let oldest = oldest()?;
    if !toolchain.is(&oldest) {
        return Err(format!(
            "the packages have {}, and the oldest compiler supported is {oldest}",
            toolchain.compiler
        ));
    }
    if options.fetch {
        return Ok(());
    }
    println!("== {}", toolchain.compiler);
    let mut failed = Vec::new();
    for machine in &MACHINES {
        if options.has(machine.name) && !run::tests(machine, &toolchain, &options.filters)? {
            failed.push(machine.name);
        }
    }
    if options.has(MSRV) && !build(&toolchain)? {
        failed.push(MSRV);
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")))
    }
}

/// The `rust-version` of the workspace.
fn oldest() -> Result<String, String> {
    let path = crate::regen::workspace_root().join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| about(&path, &error))?;
    let manifest: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    let package = manifest
        .get("workspace")
        .and_then(|part| part.get("package"));
    let version = package
        .and_then(|part| part.get("rust-version"))
        .and_then(toml::Value::as_str);
    version
        .map(str::to_owned)
        .ok_or(format!("{}: no rust-version", path.display()))
}

/// Builds what users build, and the tools, for this machine.
fn build(toolchain: &Toolchain) -> Result<bool, String> {
    let start = Instant::now();
    let packages = ["netlink", "codegen", "nlgen-macros", "xtask"];
    let packages = packages.iter().flat_map(|name| ["--package", name]);
    let mut cargo: Command = toolchain.cargo();
    cargo
        .args(["build", "--all-features", "--quiet"])
        .args(packages);
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    println!(
        "== {MSRV}: the library with all features and the tools {}, {:.0} s",
        if status.success() {
            "build"
        } else {
            "do not build"
        },
        start.elapsed().as_secs_f32()
    );
    Ok(status.success())
}
