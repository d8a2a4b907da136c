//! `cargo xtask bench --builds`: what a small program that lists links costs to build, by this library and by others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::table::Median;
use super::{Options, conditions, growth, write, write_between};
use crate::size::children_cpu;

/// A small program: an example of `bench/`, made a package of its own.
struct Small {
    who: &'static str,
    example: &'static str,
    /// A dependency a line; the lock file of `bench/` says which version `*` is, and `PATH` stands for this library.
    dependencies: &'static str,
}

const PROGRAMS: [Small; 5] = [
    Small {
        who: "ours",
        example: "links_netlink",
        dependencies: "netlink = { path = \"PATH\" }",
    },
    Small {
        who: "ours, tokio",
        example: "links_netlink_tokio",
        dependencies: "netlink = { path = \"PATH\", features = [\"tokio\"] }\n\
            tokio = { version = \"*\", default-features = false, features = [\"rt\"] }",
    },
    Small {
        who: "rtnetlink",
        example: "links_rtnetlink",
        dependencies: "rtnetlink = \"*\"\n\
            futures-util = { version = \"*\", default-features = false }\n\
            tokio = { version = \"*\", default-features = false, features = [\"rt\"] }",
    },
    Small {
        who: "neli",
        example: "links_neli",
        dependencies: "neli = \"*\"",
    },
    Small {
        who: "netlink-bindings",
        example: "links_netlink_bindings",
        dependencies: "netlink-bindings = { version = \"*\", features = [\"rt-link\"] }\n\
            netlink-socket2 = \"*\"",
    },
];

/// The package of a small program, and what its builds took.
struct Package {
    who: &'static str,
    dir: PathBuf,
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

pub(super) fn run(options: &Options) -> Result<(), String> {
    let rounds = options.runs.unwrap_or(3);
    let mut text = conditions(rounds);
    let root = crate::regen::workspace_root();
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target"),
    };
    let ours = |small: &&Small| options.peers || small.who.starts_with("ours");
    let mut packages = Vec::new();
    for small in PROGRAMS.iter().filter(ours) {
        packages.push(Package::assemble(small, &root, &target.join("builds"))?);
    }
    for round in 1..=rounds {
        for package in &mut packages {
            eprintln!("round {round}: {}", package.who);
            package.build()?;
        }
    }
    text.push_str(
        "| program | wall, s | CPU, s | crates | of them linked | binary, KiB |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut printed = None;
    for package in packages {
        text.push_str(&package.line()?);
        // A program that lists something else is no comparison.
        let names = package.names()?;
        let known = printed.get_or_insert_with(|| names.clone());
        if names.is_empty() || names != *known {
            return Err(format!("{} lists {names:?}, others {known:?}", package.who));
        }
    }
    print!("{text}");
    if options.update {
        write_between(&root.join(growth::PAGE), "bench --builds", &text)?;
    }
    Ok(())
}

impl Package {
    /// Writes the package and fetches what it needs.
    fn assemble(small: &Small, root: &Path, target: &Path) -> Result<Self, String> {
        let package = Self {
            who: small.who,
            dir: target.join(small.example),
            wall: Vec::new(),
            cpu: Vec::new(),
        };
        let source = package.dir.join("src");
        fs::create_dir_all(&source).map_err(|error| format!("{}: {error}", source.display()))?;
        let copy = |from: PathBuf, to: PathBuf| match fs::copy(&from, to) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("{}: {error}", from.display())),
        };
        let example = format!("examples/{}.rs", small.example);
        copy(root.join("bench").join(example), source.join("main.rs"))?;
        copy(
            root.join("bench/Cargo.lock"),
            package.dir.join("Cargo.lock"),
        )?;
        let ours = root.join("netlink").display().to_string();
        write(
            &package.dir.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [profile.release]\nstrip = true\n\n[dependencies]\n{}\n",
                small.example,
                small.dependencies.replace("PATH", &ours)
            ),
        )?;
        package.cargo(&["fetch", "--quiet"])?;
        Ok(package)
    }

    /// Runs cargo on the package, and returns what it printed.
    fn cargo(&self, args: &[&str]) -> Result<String, String> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Command::new(cargo);
        command
            .args(args)
            .current_dir(&self.dir)
            .env("CARGO_TARGET_DIR", self.target())
            // One that keeps what it once compiled.
            .env("RUSTC_WRAPPER", "");
        output(&mut command)
    }

    fn target(&self) -> PathBuf {
        self.dir.join("target")
    }

    fn program(&self) -> Result<PathBuf, String> {
        let name = self.dir.file_name().ok_or("a package without a name")?;
        Ok(self.target().join("release").join(name))
    }

    /// Builds everything anew.
    fn build(&mut self) -> Result<(), String> {
        let target = self.target();
        if target.exists() {
            fs::remove_dir_all(&target)
                .map_err(|error| format!("{}: {error}", target.display()))?;
        }
        let cpu = || children_cpu().ok_or("/proc is not mounted");
        let (before, start) = (cpu()?, Instant::now());
        self.cargo(&["build", "--release", "--locked", "--offline", "--quiet"])?;
        self.wall.push(start.elapsed().as_secs_f64());
        self.cpu.push(cpu()? - before);
        Ok(())
    }

    /// Its line of the table.
    fn line(&self) -> Result<String, String> {
        let median = |times: &[f64]| Median::of(times.to_vec()).map_or(0.0, |time| time.value);
        let program = self.program()?;
        let size = fs::metadata(&program)
            .map_err(|error| format!("{}: {error}", program.display()))?
            .len();
        Ok(format!(
            "| {} | {:.1} | {:.1} | {} | {} | {} |\n",
            self.who,
            median(&self.wall),
            median(&self.cpu),
            self.crates("normal,build")?,
            self.crates("normal,no-proc-macro")?,
            size / 1024
        ))
    }

    /// How many crates there are along some edges, without the program itself.
    fn crates(&self, edges: &str) -> Result<usize, String> {
        let tree = [
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "--edges",
            edges,
        ];
        let tree = self.cargo(&tree)?;
        // What stands in parentheses says where a crate is from, or that it was there before.
        let names = tree.lines().map(|line| line.split(" (").next());
        let crates: BTreeSet<_> = names.filter(|name| *name != Some("")).collect();
        Ok(crates.len().saturating_sub(1))
    }

    /// What it prints, in a network of its own.
    fn names(&self) -> Result<String, String> {
        output(Command::new("unshare").arg("-Urn").arg(self.program()?))
    }
}

/// What a program prints if it succeeds.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name} ended with {}: {said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{name}: {error}"))
}
