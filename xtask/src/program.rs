//! Test programs: what cargo builds without running it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A program with the tests of one target.
pub(crate) struct Program {
    /// The target: a library, or a file of `tests`.
    pub(crate) name: String,
    /// The directory of its package, where its tests expect to be.
    pub(crate) directory: PathBuf,
    pub(crate) path: PathBuf,
}

/// Builds what `cargo`, a `cargo test` with its selection, would run.
pub(crate) fn build(cargo: &mut Command) -> Result<Vec<Program>, String> {
    let output = cargo
        .args(["--no-run", "--quiet"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(crate::regen::workspace_root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err("the tests do not compile".to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let programs = messages.filter_map(|message| {
        if message.pointer("/profile/test")?.as_bool() != Some(true) {
            return None;
        }
        let manifest = PathBuf::from(message.get("manifest_path")?.as_str()?);
        Some(Program {
            name: message.pointer("/target/name")?.as_str()?.to_owned(),
            directory: manifest.parent()?.to_owned(),
            path: message.get("executable")?.as_str()?.into(),
        })
    });
    Ok(programs.collect())
}
