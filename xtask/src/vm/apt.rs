//! What apt brings: the emulator, installed where it is missing, and kernel packages, which are only unpacked.
//!
//! Kernels come from other releases than the host's, so apt is told of them in directories of its own; what the host
//! has, knows and prefers stays as it is. The mirror is the one that the host's own configuration names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::{about, run};

/// Programs that must be there, and the packages that have them.
const TOOLS: [(&str, &str); 4] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    // Second opinions on what the library lists.
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
];

/// Installs the programs that are missing.
pub(super) fn install_tools() -> Result<(), String> {
    let missing: Vec<&str> = TOOLS
        .iter()
        .filter(|(program, _)| !has(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("== installing {}", missing.join(", "));
    let install = || {
        run(Command::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // The list of packages may be old, or absent.
    install()
        .or_else(|_| {
            run(Command::new("apt-get").args(["update", "--quiet"])).and_then(|_| install())
        })
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

/// An apt that knows one suite and nothing of the host.
pub(super) struct Apt {
    dir: PathBuf,
}

/// Debian's keys, where its package puts them.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

impl Apt {
    /// Knows `suite` as it is now.
    pub(super) fn of(suite: &str, dir: &Path) -> Result<Self, String> {
        let mirror = mirror()?;
        for part in ["state/lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(dir.join(part)).map_err(|error| about(dir, &error))?;
        }
        let keys = if Path::new(KEYS).exists() {
            format!("[signed-by={KEYS}] ")
        } else {
            String::new()
        };
        let sources = format!("deb {keys}{mirror} {suite} main\n");
        let apt = Self {
            dir: dir.to_owned(),
        };
        for (name, text) in [("sources.list", sources.as_str()), ("status", "")] {
            let path = dir.join(name);
            fs::write(&path, text).map_err(|error| about(&path, &error))?;
        }
        run(apt.command("apt-get").args(["update", "--quiet"]))?;
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let dir = self.dir.display();
        let mut command = Command::new(program);
        for option in [
            format!("Dir::Etc::SourceList={dir}/sources.list"),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            "Dir::Etc::Preferences=/dev/null".to_owned(),
            "Dir::Etc::PreferencesParts=/dev/null".to_owned(),
            format!("Dir::State={dir}/state"),
            format!("Dir::State::status={dir}/status"),
            format!("Dir::Cache={dir}/cache"),
            "APT::Architecture=amd64".to_owned(),
            "APT::Architectures=amd64".to_owned(),
            // The directory belongs to whoever runs this, and apt's own user cannot look into it.
            "APT::Sandbox::User=root".to_owned(),
            // Descriptions of applications, ten times as long as the list of packages.
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command.current_dir(&self.dir);
        command
    }

    /// Downloads `package` and what it needs of packages whose names begin with one of `prefixes`; yields the version of
    /// `package` and the files.
    pub(super) fn download(
        &self,
        package: &str,
        prefixes: &[&str],
    ) -> Result<(String, Vec<PathBuf>), String> {
        let shown = run(self
            .command("apt-cache")
            .args(["show", "--no-all-versions", package]))?;
        let shown = String::from_utf8_lossy(&shown);
        let version = shown
            .lines()
            .find_map(|line| line.strip_prefix("Version: "));
        let version = version
            .ok_or(format!("apt knows no version of {package}"))?
            .to_owned();
        let mut known = BTreeSet::new();
        let mut ahead = vec![package.to_owned()];
        while let Some(package) = ahead.pop() {
            let needs = run(self
                .command("apt-cache")
                .args(["depends", "--important", &package]))?;
            let needs = String::from_utf8_lossy(&needs);
            let names = needs
                .lines()
                .filter_map(|line| line.split_once("Depends: "));
            ahead.extend(names.map(|(_, name)| name.to_owned()).filter(|name| {
                prefixes.iter().any(|prefix| name.starts_with(prefix)) && !known.contains(name)
            }));
            known.insert(package);
        }
        run(self
            .command("apt-get")
            .args(["download", "--quiet"])
            .args(&known))?;
        let files = fs::read_dir(&self.dir).map_err(|error| about(&self.dir, &error))?;
        let files = files.filter_map(Result::ok).map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|ext| ext == "deb"));
        Ok((version, files.collect()))
    }
}

/// Where the host has Debian from.
fn mirror() -> Result<String, String> {
    if let Ok(mirror) = env::var("NETLINK_VM_MIRROR") {
        return Ok(mirror);
    }
    // The origin stands in what an update fetches.
    let ask = || {
        let format = "$(LABEL)|$(ORIGIN)|$(REPO_URI)";
        let found = run(Command::new("apt-get").args([
            "indextargets",
            "--format",
            format,
            "Created-By: Packages",
        ]))?;
        let found = String::from_utf8_lossy(&found);
        let uri = found
            .lines()
            .find_map(|line| line.strip_prefix("Debian|Debian|"));
        uri.map(str::to_owned).ok_or(
            "apt on this machine has no repository of Debian; NETLINK_VM_MIRROR can say where one is".to_owned(),
        )
    };
    ask().or_else(|_| run(Command::new("apt-get").args(["update", "--quiet"])).and_then(|_| ask()))
}
