//! `schema`: everything the specs define, for other programs.

use crate::regen::{sources, workspace_root};
use codegen::model::catalog;
use codegen::{Options, model};
use serde_json::{Map, Number, Value};
use std::io::Write;

/// Runs the command with its arguments.
pub(crate) fn command(args: &[String]) -> Result<(), String> {
    if !matches!(args, [only] if only == "--json") {
        return Err("`schema` takes one argument, `--json`".to_owned());
    }
    let protocol =
        model(&sources(&workspace_root())?, &Options::default()).map_err(|report| report.0)?;
    let mut out = std::io::stdout().lock();
    for entry in catalog(&protocol) {
        let mut object = Map::new();
        let mut text = |key: &str, value: Option<&str>| {
            let value = value.map_or(Value::Null, |value| Value::String(value.to_owned()));
            object.insert(key.to_owned(), value);
        };
        text(
            "c_name",
            Some(entry.c_name.as_str()).filter(|name| !name.is_empty()),
        );
        text("kind", Some(entry.kind.word()));
        text("family", Some(&entry.family));
        text("set", Some(&entry.set));
        text("type", Some(&entry.ty));
        text("header", entry.header.as_deref());
        text("since", entry.since.as_deref());
        let number = entry.value.and_then(Number::from_i128);
        object.insert(
            "value".to_owned(),
            number.map_or(Value::Null, Value::Number),
        );
        match writeln!(out, "{}", Value::Object(object)) {
            Ok(()) => {}
            // Whoever reads has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}
