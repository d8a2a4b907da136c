//! Turns the netlink specs into Rust source text: parse → resolve → check → emit.
//!
//! The specs are TOML files; `spec/README.md` is the language. This crate reads and writes no files: it takes texts and
//! gives texts, or says everything that is wrong with them at once.
//!
//! - `syntax` is what the TOML says, with places. Only forms are checked.
//! - `resolve` looks up names and checks facts, one pass a file, and yields
//! - `model`, the resolved protocol, which has no way to be half resolved, so that
//! - `emit` cannot fail.
#![forbid(unsafe_code)]

mod diag;
mod emit;
mod ident;
pub mod model;
mod resolve;
mod syntax;

pub use diag::Source;

use diag::Diags;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Path below the directory of generated files, with `/` between the parts.
    pub path: String,
    /// What the file says. It is meant to be formatted once more by rustfmt.
    pub text: String,
}

/// Where things are, for the texts that name them.
#[derive(Clone, Debug)]
pub struct Options {
    /// Path of the crate that has the runtime, as in `crate`.
    pub runtime: String,
    /// Path of the module that has the generated ones, as in `crate::generated`.
    pub generated: String,
    /// Directory of the specs, for headers and diagnostics.
    pub spec_dir: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            runtime: "crate".to_owned(),
            generated: "crate::generated".to_owned(),
            spec_dir: "spec".to_owned(),
        }
    }
}

/// Everything that is wrong with the specs, as a compiler would print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report(pub String);

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Report {}

/// Files beside the specs that say something about them: which headers they cover, and what they leave as bytes.
pub const NOTES: [&str; 2] = ["headers.toml", "opaque.toml"];

/// Resolves the specs.
///
/// # Errors
/// Says everything that is wrong with them.
pub fn model(sources: &[Source], options: &Options) -> Result<model::Protocol, Report> {
    let mut sorted = sources.to_vec();
    sorted.retain(|source| !NOTES.contains(&source.path.as_str()));
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut diags = Diags::default();
    let parsed = sorted.iter().enumerate();
    let files: Vec<syntax::File> = parsed
        .filter_map(|(number, source)| syntax::parse(source, number, &mut diags))
        .collect();
    // Without a broken file, names of others would seem not to exist.
    if !diags.is_empty() && files.len() < sorted.len() {
        return Err(Report(diags.render(&sorted, &options.spec_dir)));
    }
    let protocol = resolve::resolve(&files, &mut diags);
    if diags.is_empty() {
        Ok(protocol)
    } else {
        Err(Report(diags.render(&sorted, &options.spec_dir)))
    }
}

/// Generates the Rust files.
///
/// # Errors
/// Says everything that is wrong with the specs.
pub fn generate(sources: &[Source], options: &Options) -> Result<Vec<Output>, Report> {
    Ok(emit::files(&model(sources, options)?, options))
}

/// Lists all attributes of all sets.
///
/// # Errors
/// Says everything that is wrong with the specs.
pub fn attributes(sources: &[Source]) -> Result<Vec<model::Attribute>, Report> {
    Ok(model::attributes(&model(sources, &Options::default())?))
}
