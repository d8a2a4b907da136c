//! What commands need of the host: programs run to their end, directories in which something is kept.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// The directory in which a command keeps what it fetched: `name` among the user's caches, or where `variable` says.
pub(crate) fn cache(name: &str, variable: &str) -> Result<PathBuf, String> {
    let dir = match (
        env::var_os(variable),
        env::var_os("XDG_CACHE_HOME"),
        env::var_os("HOME"),
    ) {
        (Some(dir), _, _) => PathBuf::from(dir),
        (_, Some(dir), _) => PathBuf::from(dir).join(name),
        (_, _, Some(dir)) => PathBuf::from(dir).join(".cache").join(name),
        _ => {
            return Err(format!(
                "neither {variable} nor HOME says where to keep what is fetched"
            ));
        }
    };
    fs::create_dir_all(&dir).map_err(|error| about(&dir, &error))?;
    dir.canonicalize().map_err(|error| about(&dir, &error))
}

/// Runs a program to its end; its output is only for a reader who has to find out what failed.
pub(crate) fn run(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!(
        "{command:?} failed ({}):\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

pub(crate) fn about(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
