//! What the machine and its tests need of the host, installed where it is missing.

use std::env;
use std::process::Command;

use crate::host::run;

/// Programs that must be there, and the packages that have them.
const TOOLS: [(&str, &str); 4] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    // Second opinions on what the library lists.
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
];

/// Installs the programs that are missing.
pub(super) fn install() -> Result<(), String> {
    let missing: Vec<&str> = TOOLS
        .iter()
        .filter(|(program, _)| !has(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("== installing {}", missing.join(", "));
    let fetch = || {
        run(Command::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // The list of packages may be old, or absent.
    fetch()
        .or_else(|_| run(Command::new("apt-get").args(["update", "--quiet"])).and_then(|_| fetch()))
        .map(|_| ())
        .map_err(|error| {
            format!(
                "{error}\nthe machine needs these packages of Debian: {}",
                missing.join(" ")
            )
        })
}

fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    dirs.into_iter().any(|dir| dir.join(program).is_file())
}
