//! `cargo xtask size`: lines of generated and hand-written code, and what the generated part costs to compile.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Lines that are neither blank nor comment.
fn lines(text: &str) -> usize {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

/// Lines of all Rust files below `dir` whose path `take` accepts.
fn count(dir: &Path, take: &dyn Fn(&str) -> bool) -> std::io::Result<usize> {
    let mut sum = 0;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            if path
                .file_name()
                .is_none_or(|name| name != "target" && name != "fixtures" && name != "ui")
            {
                sum += count(&path, take)?;
            }
        } else if path.extension().is_some_and(|ext| ext == "rs") && take(&path.to_string_lossy()) {
            sum += lines(&fs::read_to_string(&path)?);
        }
    }
    Ok(sum)
}

/// Seconds of CPU that finished children of this process have used, from `/proc/self/stat`.
pub(crate) fn children_cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Fields after the command in parentheses; cutime and cstime are the 16th and 17th of the line.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// How often each build is timed; the least time counts, since whatever else runs on the machine only adds.
const ROUNDS: usize = 4;

/// A crate whose release build is timed.
struct Crate {
    dir: PathBuf,
    target: PathBuf,
    library: PathBuf,
}

impl Crate {
    fn build(&self) -> bool {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        Command::new(cargo)
            .args(["build", "--release", "--quiet", "--package", "netlink"])
            .args(["--features", "full"])
            .current_dir(&self.dir)
            .env("CARGO_TARGET_DIR", &self.target)
            .status()
            .is_ok_and(|status| status.success())
    }

    /// CPU seconds of building the crate alone; its dependencies are built.
    fn time(&self) -> Option<f64> {
        let touched = fs::File::options().append(true).open(&self.library).ok()?;
        touched.set_modified(std::time::SystemTime::now()).ok()?;
        let before = children_cpu()?;
        self.build()
            .then(|| Some(children_cpu()? - before))
            .flatten()
    }
}

/// The least time of each crate, taken in turns so that what else the machine does meets all alike.
fn least_times(crates: &[Crate]) -> Option<Vec<f64>> {
    if !crates.iter().all(Crate::build) {
        return None;
    }
    let mut times = vec![Vec::new(); crates.len()];
    for _ in 0..ROUNDS {
        for (one, times) in crates.iter().zip(&mut times) {
            times.push(one.time()?);
        }
    }
    times
        .into_iter()
        .map(|times| times.into_iter().min_by(f64::total_cmp))
        .collect()
}

/// A crate of `wire` and what is generated: everything, or only the module `wire` itself needs.
fn part(root: &Path, target: &Path, whole: bool) -> io::Result<Crate> {
    let target = target.join("size");
    let dir = target.join(if whole { "whole" } else { "base" });
    let _ = fs::remove_dir_all(&dir);
    let source = dir.join("src");
    let from = root.join("netlink/src");
    copy(&from.join("wire"), &source.join("wire"))?;
    if whole {
        copy(&from.join("generated"), &source.join("generated"))?;
    } else {
        fs::create_dir_all(source.join("generated"))?;
        let base = format!("{BASE}.rs");
        fs::copy(
            from.join("generated").join(&base),
            source.join("generated").join(&base),
        )?;
        fs::write(
            source.join("generated/mod.rs"),
            format!("pub mod {BASE};\n"),
        )?;
    }
    let library = source.join("lib.rs");
    fs::write(
        &library,
        "//! A part of netlink, to be timed.\nextern crate self as netlink;\npub mod generated;\npub mod wire;\n",
    )?;
    fs::write(dir.join("Cargo.toml"), manifest(root)?)?;
    fs::copy(root.join("Cargo.lock"), dir.join("Cargo.lock"))?;
    Ok(Crate {
        dir,
        target: target.join("target"),
        library,
    })
}

/// The generated module that `wire` needs.
const BASE: &str = "core";

/// The manifest of a part: the dependencies of the library that are not optional, as the workspace has them.
fn manifest(root: &Path) -> io::Result<String> {
    let library = fs::read_to_string(root.join("netlink/Cargo.toml"))?;
    let workspace = fs::read_to_string(root.join("Cargo.toml"))?;
    let mut text = "[package]\nname = \"netlink\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n".to_owned();
    let features = library.lines().skip_while(|line| *line != "[features]");
    // Those that bring a dependency are about the handle, not about what is generated.
    let features: Vec<&str> = features
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.contains("dep:"))
        .collect();
    text.insert_str(
        text.len() - "[dependencies]\n".len(),
        &format!("{}\n\n", features.join("\n")),
    );
    let path = format!("path = \"{}/", root.display());
    for name in library
        .lines()
        .filter_map(|line| line.strip_suffix(".workspace = true"))
    {
        let prefix = format!("{name} = ");
        let versions = workspace
            .lines()
            .skip_while(|line| *line != "[workspace.dependencies]");
        if let Some(line) = versions.into_iter().find(|line| line.starts_with(&prefix)) {
            text.push_str(&line.replace("path = \"", &path));
            text.push('\n');
        }
    }
    Ok(text)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Prints the figures, and writes them to `docs/size.md`.
pub(crate) fn run() -> Result<(), String> {
    let root = crate::regen::workspace_root();
    let generated = root.join("netlink/src/generated");
    let is_link = |path: &str| {
        [
            "/link", "/bridge", "/bond", "/vlan", "/vxlan", "/macvlan", "/veth",
        ]
        .iter()
        .any(|stem| path.contains(&format!("generated/route{stem}")))
    };
    let hand = |path: &str| !path.contains("/generated/");
    let count = |dir: &Path, take: &dyn Fn(&str) -> bool| {
        count(dir, take).map_err(|error| format!("cannot read {}: {error}", dir.display()))
    };
    let links = count(&generated, &is_link)?;
    let all = count(&generated, &|_| true)?;
    let netlink = count(&root.join("netlink/src"), &hand)?;
    let codegen = count(&root.join("codegen/src"), &hand)?;
    let macros = count(&root.join("nlgen-macros/src"), &hand)?;
    let sources = crate::regen::sources(&root)?;
    let list = codegen::attributes(&sources).map_err(|report| report.0)?;
    let attributes = list.len();
    let beyond_base = list.iter().filter(|attr| attr.module != BASE).count();
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target"),
    };
    let assemble = |whole| {
        part(&root, &target, whole).map_err(|error| format!("cannot assemble a crate: {error}"))
    };
    let crates = [
        assemble(true)?,
        assemble(false)?,
        Crate {
            dir: root.clone(),
            library: root.join("netlink/src/lib.rs"),
            target,
        },
    ];
    let times = least_times(&crates).ok_or("a release build failed, or /proc is not mounted")?;
    let [whole, base, library] = times[..] else {
        return Err("a build was not timed".to_owned());
    };
    let per_thousand = (whole - base) * 1000.0 / beyond_base.max(1) as f64;
    let text = format!(
        "# Size\n\nWritten by `cargo xtask size`. Lines are counted without blanks and comments.\n\n\
         CPU is user and system time of cargo and its compilers in a release build with all dependencies built, on two\n\
         cores, the least of {ROUNDS} rounds. The cost of an attribute is the difference of two crates that the command assembles under\n\
         the target directory: `wire` with everything generated, and `wire` with the one module it needs itself, `{BASE}`,\n\
         divided by the attributes of all other specs. Structs, enums and messages are in the cost but are not counted.\n\
         On a busy machine the figures rise by up to a half, since its cores share caches and execution units.\n\n\
         | what | |\n| --- | ---: |\n\
         | generated, links | {links} lines |\n| generated, all | {all} lines |\n\
         | attributes in the specs | {attributes} |\n\
         | hand-written, netlink | {netlink} lines |\n| hand-written, codegen | {codegen} lines |\n\
         | hand-written, nlgen-macros | {macros} lines |\n\
         | `wire` with all {beyond_base} attributes outside `{BASE}` | {whole:.1} s of CPU |\n\
         | `wire` with `{BASE}` alone | {base:.1} s of CPU |\n\
         | generated code per 1,000 attributes | {per_thousand:.1} s of CPU |\n\
         | the whole library | {library:.1} s of CPU |\n"
    );
    print!("{text}");
    let docs = root.join("docs");
    fs::create_dir_all(&docs)
        .and_then(|()| fs::write(docs.join("size.md"), text))
        .map_err(|error| format!("cannot write docs/size.md: {error}"))
}
