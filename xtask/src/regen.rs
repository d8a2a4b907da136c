//! `regen`: keeps `netlink/src/generated` what the specs say it is.

use codegen::{Options, Output, Source};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

const SPEC: &str = "spec";
const GENERATED: &str = "netlink/src/generated";

/// What differs between the specs and the generated files, by path below the root.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Files to write, with their text.
    write: BTreeMap<String, String>,
    /// Those of them that do not exist.
    missing: Vec<String>,
    /// Files that no spec accounts for.
    orphans: Vec<String>,
}

/// Runs the command with its arguments.
pub(crate) fn command(args: &[String]) -> Result<(), String> {
    let mut root = workspace_root();
    let mut check = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--check" => check = true,
            "--root" => {
                root = args
                    .next()
                    .map(PathBuf::from)
                    .ok_or("`--root` needs a directory")?;
            }
            other => return Err(format!("`regen` knows no argument `{other}`")),
        }
    }
    let changes = changes(&root)?;
    if check {
        return report(&changes);
    }
    apply(&root, &changes)?;
    println!(
        "{} written, {} removed",
        changes.write.len(),
        changes.orphans.len()
    );
    Ok(())
}

/// Directory of the workspace this program was built in.
pub(crate) fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The specs below `root`.
pub(crate) fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let files = read(&root.join(SPEC), "toml")?;
    Ok(files
        .into_iter()
        .map(|(path, text)| Source { path, text })
        .collect())
}

/// Compares what the specs below `root` say with what stands there.
pub(crate) fn changes(root: &Path) -> Result<Changes, String> {
    let sources = sources(root)?;
    let outputs = codegen::generate(&sources, &Options::default()).map_err(|report| report.0)?;
    let outputs = format(outputs)?;
    let mut present = read(&root.join(GENERATED), "rs")?;
    let mut changes = Changes::default();
    for output in outputs {
        let path = format!("{GENERATED}/{}", output.path);
        match present.remove(&output.path) {
            Some(text) if text == output.text => {}
            Some(_) => {
                changes.write.insert(path, output.text);
            }
            None => {
                changes.missing.push(path.clone());
                changes.write.insert(path, output.text);
            }
        }
    }
    changes.orphans = present
        .into_keys()
        .map(|path| format!("{GENERATED}/{path}"))
        .collect();
    Ok(changes)
}

/// Says what is out of date, as an error if anything is.
fn report(changes: &Changes) -> Result<(), String> {
    let mut lines = Vec::new();
    for path in changes.write.keys() {
        let what = if changes.missing.contains(path) {
            "missing"
        } else {
            "stale"
        };
        lines.push(format!("  {what}: {path}"));
    }
    lines.extend(
        changes
            .orphans
            .iter()
            .map(|path| format!("  orphaned: {path}")),
    );
    if lines.is_empty() {
        return Ok(());
    }
    let list = lines.join("\n");
    Err(format!(
        "generated files are not what the specs say:\n{list}\nrun `cargo xtask regen`"
    ))
}

fn apply(root: &Path, changes: &Changes) -> Result<(), String> {
    for (path, text) in &changes.write {
        let path = root.join(path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(|error| about(directory, &error))?;
        }
        fs::write(&path, text).map_err(|error| about(&path, &error))?;
    }
    for path in &changes.orphans {
        let path = root.join(path);
        fs::remove_file(&path).map_err(|error| about(&path, &error))?;
        // Goes only if nothing is left in it.
        if let Some(directory) = path.parent() {
            let _ = fs::remove_dir(directory);
        }
    }
    Ok(())
}

/// All files below a directory that end in `.extension`, by path below it.
fn read(directory: &Path, extension: &str) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![String::new()];
    while let Some(below) = open.pop() {
        let here = directory.join(&below);
        let entries = match fs::read_dir(&here) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(about(&here, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| about(&here, &error))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                return Err(format!("{}: not a UTF-8 name", entry.path().display()));
            };
            let path = if below.is_empty() {
                name.to_owned()
            } else {
                format!("{below}/{name}")
            };
            if entry.path().is_dir() {
                open.push(path);
            } else if Path::new(name)
                .extension()
                .is_some_and(|found| found == extension)
            {
                let text = fs::read_to_string(entry.path());
                files.insert(path, text.map_err(|error| about(&entry.path(), &error))?);
            }
        }
    }
    Ok(files)
}

/// Runs rustfmt once over all files, in a directory of their own: what is on disk stays as it is.
///
/// The configuration and the edition are named, since rustfmt alone would look for them around the files.
fn format(outputs: Vec<Output>) -> Result<Vec<Output>, String> {
    let scratch = Scratch::new()?;
    for output in &outputs {
        let path = scratch.0.join(&output.path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(|error| about(directory, &error))?;
        }
        fs::write(&path, &output.text).map_err(|error| about(&path, &error))?;
    }
    // The topmost file leads to all others.
    let result = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(workspace_root())
        .arg(scratch.0.join("mod.rs"))
        .output()
        .map_err(|error| format!("rustfmt: {error}"))?;
    if !result.status.success() {
        return Err(format!(
            "rustfmt: {}",
            String::from_utf8_lossy(&result.stderr)
        ));
    }
    let mut formatted = read(&scratch.0, "rs")?;
    let take = |output: Output| {
        let text = formatted.remove(&output.path).unwrap_or(output.text);
        Output {
            path: output.path,
            text,
        }
    };
    Ok(outputs.into_iter().map(take).collect())
}

/// A directory that goes when this value does.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("netlink-regen-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).map_err(|error| about(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind in the directory for temporary files does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn about(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_what_the_specs_say() {
        let changes = changes(&workspace_root()).unwrap();
        assert_eq!(changes, Changes::default(), "run `cargo xtask regen`");
    }

    /// A newcomer adds one attribute to a copy of the project: one line of TOML, nothing else.
    #[test]
    fn a_new_attribute_needs_one_line_of_toml() {
        let copy = Scratch::new().unwrap();
        for (folder, ending) in [(SPEC, "toml"), (GENERATED, "rs")] {
            for (path, text) in read(&workspace_root().join(folder), ending).unwrap() {
                let file = copy.0.join(folder).join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
        }
        fs::copy(
            workspace_root().join("rustfmt.toml"),
            copy.0.join("rustfmt.toml"),
        )
        .unwrap();
        assert_eq!(changes(&copy.0).unwrap(), Changes::default());

        // The last attribute of some set, and the line a newcomer writes below it.
        let spec = copy.0.join(SPEC).join("route/addr.toml");
        let text = fs::read_to_string(&spec).unwrap();
        let last = text
            .lines()
            .rfind(|line| line.starts_with("attr."))
            .unwrap();
        let line = "attr.newcomer = { id = 200, type = \"be32\", doc = \"What a newcomer adds.\" }";
        fs::write(&spec, text.replace(last, &format!("{last}\n{line}"))).unwrap();

        let found = changes(&copy.0).unwrap();
        let (path, text) = found.write.iter().next().unwrap();
        assert_eq!(
            (found.write.len(), path.as_str()),
            (1, "netlink/src/generated/route/addr.rs")
        );
        for part in [
            "/// What a newcomer adds.",
            "#[doc(alias = \"IFA_NEWCOMER\")]",
            "#[nl(attr = 200, as = Be)]",
            "pub newcomer: Option<u32>,",
        ] {
            assert!(text.contains(part), "{part}");
        }
        apply(&copy.0, &found).unwrap();
        assert_eq!(changes(&copy.0).unwrap(), Changes::default());
    }
}
