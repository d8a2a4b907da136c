//! `cargo xtask size`: lines of generated and hand-written code, and what the generated part costs to compile.

use std::fs;
use std::path::Path;
use std::process::Command;

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
fn children_cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Fields after the command in parentheses; cutime and cstime are the 16th and 17th of the line.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// CPU seconds of a release build of the library alone, with or without its generated families.
fn compile(root: &Path) -> Option<f64> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let build = || {
        let status = Command::new(&cargo)
            .args([
                "build",
                "--release",
                "--quiet",
                "--package",
                "netlink",
                "--features",
                "full",
            ])
            .current_dir(root)
            .status();
        status.is_ok_and(|status| status.success())
    };
    if !build() {
        return None;
    }
    let library = root.join("netlink/src/lib.rs");
    let touched = fs::File::options().append(true).open(library).ok()?;
    touched.set_modified(std::time::SystemTime::now()).ok()?;
    let before = children_cpu()?;
    if !build() {
        return None;
    }
    Some(children_cpu()? - before)
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
    let attributes = codegen::attributes(&sources)
        .map_err(|report| report.0)?
        .len();
    let seconds = compile(&root).ok_or("the release build failed, or /proc is not mounted")?;
    let per_thousand = seconds * 1000.0 / attributes.max(1) as f64;
    let text = format!(
        "# Size\n\nWritten by `cargo xtask size`. Lines are counted without blanks and comments; CPU is that of a \
         release build of the\nwhole library, hand-written part included, on two cores.\n\n| what | |\n| --- | ---: |\n\
         | generated, links | {links} lines |\n| generated, all | {all} lines |\n\
         | attributes in the specs | {attributes} |\n\
         | hand-written, netlink | {netlink} lines |\n| hand-written, codegen | {codegen} lines |\n\
         | hand-written, nlgen-macros | {macros} lines |\n\
         | release build of netlink | {seconds:.1} s of CPU |\n\
         | the same per 1,000 attributes | {per_thousand:.1} s of CPU |\n"
    );
    print!("{text}");
    let docs = root.join("docs");
    fs::create_dir_all(&docs)
        .and_then(|()| fs::write(docs.join("size.md"), text))
        .map_err(|error| format!("cannot write docs/size.md: {error}"))
}
