//! The oldest supported compiler, with standard libraries, linkers and emulators for other machines, unpacked in the cache.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::apt::{self, Apt};
use crate::host::{self, about, run};

/// A release of Debian that has that compiler, with standard libraries for all machines.
const SUITE: &str = "bookworm";

/// What is unpacked, with the libraries that it needs.
const PACKAGES: [&str; 13] = [
    "rustc-web",
    "cargo-web",
    "libstd-rust-web-dev",
    "libstd-rust-web-dev:s390x",
    "libstd-rust-web-dev:i386",
    "gcc-12-s390x-linux-gnu",
    "binutils-s390x-linux-gnu",
    "libc6-dev-s390x-cross",
    "gcc-12-i686-linux-gnu",
    "binutils-i686-linux-gnu",
    "libc6-dev-i386-cross",
    "zlib1g",
    "qemu-user-static",
];

/// What the host has anyway, and must have of one version with its dynamic linker.
const HOST: [&str; 2] = ["libc6", "libgcc-s1"];

/// Architectures of Debian whose packages are unpacked beside this machine's.
const FOREIGN: [&str; 2] = ["s390x", "i386"];

/// Raised when what stands in the cache changes its form or its contents.
const FORMAT: u32 = 1;

/// Starts a program of the packages with the libraries of the packages.
const STARTER: &str = r#"#!/bin/sh
root=$(dirname "$0")/..
LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH
exec "$root/usr/bin/$(basename "$0")" "$@"
"#;

/// Starts the host's linker without them.
const LINKER: &str = "#!/bin/sh\nunset LD_LIBRARY_PATH\nexec cc \"$@\"\n";

/// The unpacked packages.
pub(super) struct Toolchain {
    root: PathBuf,
    /// What the compiler calls itself.
    pub(super) compiler: String,
}

impl Toolchain {
    /// Fetches the packages where they are missing.
    pub(super) fn find() -> Result<Self, String> {
        let cache = host::cache("netlink-cross", "NETLINK_CROSS_CACHE")?;
        let root = cache.join(format!("{SUITE}-{FORMAT}"));
        if !root.exists() {
            println!("== fetching {} from {SUITE}", PACKAGES.join(", "));
            apt::kept(&root, fetch).map_err(|error| {
                format!("cannot fetch compiler, linkers and emulators: {error}")
            })?;
        }
        let version = run(Command::new(root.join("bin/rustc")).arg("--version"))?;
        Ok(Self {
            root,
            compiler: String::from_utf8_lossy(&version).trim().to_owned(),
        })
    }

    /// Whether the compiler is of this version, `1.85` or the like.
    pub(super) fn is(&self, version: &str) -> bool {
        let own = self.compiler.split(' ').nth(1).unwrap_or_default();
        own == version || own.starts_with(&format!("{version}."))
    }

    /// A program of the packages.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.root.join("usr/bin").join(name)
    }

    /// Cargo with its compiler, which builds apart from the host's: what one makes is of no use to the other.
    pub(super) fn cargo(&self) -> Command {
        let workspace = crate::regen::workspace_root();
        let target = env::var_os("CARGO_TARGET_DIR").map_or(workspace.join("target"), Into::into);
        let mut cargo = Command::new(self.root.join("bin/cargo"));
        for (name, _) in env::vars_os() {
            // What the host's cargo and its proxy tell their children, and flags for another compiler.
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("RUST") || name.starts_with("CARGO_PKG_") || name == "CARGO" {
                cargo.env_remove(name);
            }
        }
        for tool in [
            "RUSTC_WRAPPER",
            "CARGO_BUILD_RUSTC_WRAPPER",
            "CARGO_ENCODED_RUSTFLAGS",
        ] {
            cargo.env_remove(tool);
        }
        cargo
            .env("RUSTC", self.root.join("bin/rustc"))
            .env(
                "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
                self.root.join("bin/cc"),
            )
            .env("CARGO_TARGET_DIR", target.join("cross"))
            // Nobody looks at these programs with a debugger.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(workspace);
        cargo
    }
}

/// Downloads and unpacks the packages into `work/done`.
fn fetch(work: &Path) -> Result<(), String> {
    let apt = Apt::of(SUITE, &FOREIGN, work)?;
    let done = work.join("done");
    // Libraries of this machine; those of other architectures have that in their names.
    let is_library =
        |name: &str| name.starts_with("lib") && !name.contains(':') && !HOST.contains(&name);
    apt.unpack(&PACKAGES, is_library, &done)?;
    // Documentation, and emulators of thirty other machines.
    let share = done.join("usr/share");
    fs::remove_dir_all(&share).map_err(|error| about(&share, &error))?;
    let programs = done.join("usr/bin");
    for entry in fs::read_dir(&programs).map_err(|error| about(&programs, &error))? {
        let path = entry.map_err(|error| about(&programs, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let wanted = super::MACHINES
            .iter()
            .any(|machine| machine.emulator == name);
        if name.starts_with("qemu-") && !wanted {
            fs::remove_file(&path).map_err(|error| about(&path, &error))?;
        }
    }
    let bin = done.join("bin");
    fs::create_dir_all(&bin).map_err(|error| about(&bin, &error))?;
    for (name, text) in [("rustc", STARTER), ("cargo", STARTER), ("cc", LINKER)] {
        let path = bin.join(name);
        fs::write(&path, text).map_err(|error| about(&path, &error))?;
        run(Command::new("chmod").arg("+x").arg(&path))?;
    }
    Ok(())
}
