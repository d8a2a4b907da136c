//! Packages of Debian that are only unpacked: kernels, compilers, libraries.
//!
//! They come from other releases and for other machines than the host's, so apt is told of them in directories of its own; what the
//! host has, knows and prefers stays as it is. The mirror is the one that the host's own configuration names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

use crate::host::{about, run};

/// An apt that knows one suite and nothing of the host.
pub(crate) struct Apt {
    dir: PathBuf,
    architectures: String,
}

/// Debian's keys, where its package puts them.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

impl Apt {
    /// Knows `suite` as it is now, for this machine and `foreign` ones.
    pub(crate) fn of(suite: &str, foreign: &[&str], dir: &Path) -> Result<Self, String> {
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
            architectures: [&["amd64"], foreign].concat().join(","),
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
            format!("APT::Architectures={}", self.architectures),
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

    /// The version that the suite has of `package`.
    pub(crate) fn version(&self, package: &str) -> Result<String, String> {
        let shown = run(self
            .command("apt-cache")
            .args(["show", "--no-all-versions", package]))?;
        let shown = String::from_utf8_lossy(&shown);
        let version = shown
            .lines()
            .find_map(|line| line.strip_prefix("Version: "));
        version
            .map(str::to_owned)
            .ok_or(format!("apt knows no version of {package}"))
    }

    /// Downloads packages, and what they need of packages whose names are `wanted`, and unpacks them below `to`.
    pub(crate) fn unpack(
        &self,
        packages: &[&str],
        wanted: impl Fn(&str) -> bool,
        to: &Path,
    ) -> Result<(), String> {
        let mut known = BTreeSet::new();
        let mut ahead: BTreeSet<String> = packages.iter().map(|&name| name.to_owned()).collect();
        while !ahead.is_empty() {
            let needs = run(self
                .command("apt-cache")
                .args(["depends", "--important"])
                .args(&ahead))?;
            let needs = String::from_utf8_lossy(&needs);
            let names = needs
                .lines()
                .filter_map(|line| line.split_once("Depends: "));
            known.append(&mut ahead);
            ahead.extend(
                names
                    .filter(|(_, name)| wanted(name) && !known.contains(*name))
                    .map(|(_, name)| name.to_owned()),
            );
        }
        run(self
            .command("apt-get")
            .args(["download", "--quiet"])
            .args(&known))?;
        let files = fs::read_dir(&self.dir).map_err(|error| about(&self.dir, &error))?;
        let files = files.filter_map(Result::ok).map(|entry| entry.path());
        for package in files.filter(|path| path.extension().is_some_and(|ext| ext == "deb")) {
            run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(to))?;
            fs::remove_file(&package).map_err(|error| about(&package, &error))?;
        }
        Ok(())
    }
}

/// What is fetched once and kept in `dir`: made by `fetch` in a directory that it is handed, as `done` in there.
///
/// Another run may want the same, so it gets its name when it is whole.
pub(crate) fn kept(
    dir: &Path,
    fetch: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), String> {
    if dir.exists() {
        return Ok(());
    }
    let mut work = dir.as_os_str().to_owned();
    work.push(format!(".{}", process::id()));
    let work = PathBuf::from(work);
    let made = fs::create_dir_all(&work).map_err(|error| about(&work, &error));
    let fetched = made.and_then(|()| fetch(&work)).and_then(|()| {
        let done = work.join("done");
        fs::rename(&done, dir).or_else(|error| {
            if dir.exists() {
                Ok(())
            } else {
                Err(about(&done, &error))
            }
        })
    });
    let _ = fs::remove_dir_all(&work);
    fetched
}

/// Where the host has Debian from.
fn mirror() -> Result<String, String> {
    if let Ok(mirror) = env::var("NETLINK_DEBIAN_MIRROR") {
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
            "apt on this machine has no repository of Debian; NETLINK_DEBIAN_MIRROR can say where one is".to_owned(),
        )
    };
    ask().or_else(|_| run(Command::new("apt-get").args(["update", "--quiet"])).and_then(|_| ask()))
}
