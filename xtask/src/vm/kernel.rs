//! Which kernels there are, and their files in the cache.

use std::fs;
use std::path::{Path, PathBuf};

use super::{cpio, modules};
use crate::apt::{self, Apt};
use crate::host::about;

/// A kernel that can be booted.
pub(super) struct Kernel {
    /// What a reader calls it.
    pub(super) version: String,
    /// The image.
    pub(super) image: PathBuf,
    /// An archive with the modules.
    pub(super) modules: Option<PathBuf>,
}

/// Name and suite of each stock kernel, oldest first: the oldest and the newest long-term one, and the newest release.
const STOCK: [(&str, &str); 3] = [
    ("6.1", "bookworm"),
    ("6.12", "trixie"),
    ("7.3", "trixie-backports"),
];

/// Raised when what stands in the cache changes its form or its contents.
const FORMAT: u32 = 2;

/// The names of the stock kernels, oldest first.
pub(super) fn names() -> impl DoubleEndedIterator<Item = &'static str> {
    STOCK.iter().map(|(name, _)| *name)
}

/// The kernel that `name` means: fetched if it is a stock one, else a path.
pub(super) fn find(name: &str, cache: &Path) -> Result<Kernel, String> {
    let Some((name, suite)) = STOCK.iter().find(|(stock, _)| *stock == name) else {
        return at(Path::new(name), cache);
    };
    let dir = cache.join(format!("{name}-{FORMAT}"));
    if !dir.exists() {
        println!("== fetching Linux {name} from {suite}");
        apt::kept(&dir, |work| fetch(suite, work))
            .map_err(|error| format!("cannot fetch Linux {name}: {error}"))?;
    }
    let path = dir.join("version");
    let version = fs::read_to_string(&path).map_err(|error| about(&path, &error))?;
    if !version.starts_with(&format!("{name}.")) {
        println!("== {suite} no longer has Linux {name}: this is {version}");
    }
    Ok(Kernel {
        version,
        image: dir.join("vmlinuz"),
        modules: Some(dir.join("modules.cpio")),
    })
}

/// Downloads the kernel of a suite, and prepares it in `work/done`.
fn fetch(suite: &str, work: &Path) -> Result<(), String> {
    let apt = Apt::of(suite, &[], work)?;
    let package = "linux-image-amd64";
    let version = apt.version(package)?;
    let parts = ["linux-image-", "linux-binary-", "linux-modules-"];
    let is_part = |name: &str| parts.iter().any(|part| name.starts_with(part));
    let unpacked = work.join("unpacked");
    apt.unpack(&[package], is_part, &unpacked)?;
    let done = work.join("done");
    fs::create_dir(&done).map_err(|error| about(&done, &error))?;
    let found = Unpacked::find(&unpacked)?;
    let image = done.join("vmlinuz");
    fs::copy(&found.image, &image).map_err(|error| about(&image, &error))?;
    let tree = found.modules.ok_or("the packages have no modules")?;
    modules::archive(&tree, &done.join("modules.cpio"))?;
    fs::write(done.join("version"), version).map_err(|error| about(&done, &error))
}

/// The kernel at a path: an image with all it needs built in, or an unpacked package.
fn at(path: &Path, cache: &Path) -> Result<Kernel, String> {
    let path = path.canonicalize().map_err(|error| {
        let names: Vec<&str> = names().collect();
        format!(
            "{} (stock kernels are {})",
            about(path, &error),
            names.join(", ")
        )
    })?;
    let version = path.display().to_string();
    if path.is_file() {
        return Ok(Kernel {
            version,
            image: path,
            modules: None,
        });
    }
    let found = Unpacked::find(&path)?;
    let modules = match &found.modules {
        None => None,
        Some(tree) => {
            // Made anew each time: nothing says whether what stands at the path is still the same.
            let archive = cache.join("path.cpio");
            modules::archive(tree, &archive)?;
            Some(archive)
        }
    };
    Ok(Kernel {
        version,
        image: found.image,
        modules,
    })
}

/// What an unpacked kernel package has, whichever release it is of.
struct Unpacked {
    image: PathBuf,
    modules: Option<PathBuf>,
}

impl Unpacked {
    fn find(root: &Path) -> Result<Self, String> {
        let lib = ["lib/modules", "usr/lib/modules"].map(|dir| root.join(dir));
        let modules = lib
            .iter()
            .flat_map(|dir| list(dir))
            .find(|tree| tree.join("kernel").is_dir());
        let mut places = vec![root.to_owned(), root.join("boot")];
        places.extend(modules.clone());
        let image = places.iter().flat_map(|dir| list(dir)).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            path.is_file() && (name.starts_with("vmlinuz") || name == "bzImage")
        });
        let image = image.ok_or(format!("{}: no kernel image", root.display()))?;
        Ok(Self { image, modules })
    }
}

fn list(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The archive that a machine starts from: a few files in front of the modules.
pub(super) fn initramfs(
    kernel: &Kernel,
    mut front: cpio::Archive,
    to: &Path,
) -> Result<(), String> {
    if kernel.modules.is_none() {
        front.dir("modules");
        front.file("modules/table", b"");
    }
    let mut bytes = front.finish();
    if let Some(path) = &kernel.modules {
        // The kernel unpacks one archive after the other.
        bytes.extend(fs::read(path).map_err(|error| about(path, &error))?);
    }
    fs::write(to, bytes).map_err(|error| about(to, &error))
}
