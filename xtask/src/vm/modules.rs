//! Kernel modules for an emulated machine: chosen, uncompressed, with a table of what needs what.
//!
//! A module would be found on the host's file system too, but there it is compressed, and each one would take half a
//! second to load.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use super::cpio;
use crate::host::{about, run};

/// Below `kernel/`: whole directories (ending in `/`), and directories whose own files count, not those further down.
const WANTED: [&str; 24] = [
    "net/",
    "crypto/",
    "lib/",
    "arch/x86/crypto/",
    "fs/9p/",
    "fs/fscache/",
    "fs/netfs/",
    "drivers/virtio/",
    "drivers/net",
    "drivers/net/bonding/",
    "drivers/net/can",
    "drivers/net/can/dev/",
    "drivers/net/can/slcan/",
    "drivers/net/ieee802154",
    "drivers/net/ipvlan/",
    "drivers/net/netdevsim/",
    "drivers/net/ovpn/",
    "drivers/net/ppp/",
    "drivers/net/slip/",
    "drivers/net/team/",
    "drivers/net/vxlan/",
    "drivers/net/wireguard/",
    "drivers/net/wireless/virtual/",
    "drivers/net/wwan",
];

/// Where the archive has the modules, and the table that says which ones a name means.
const DIR: &str = "modules";

/// Puts the modules of `tree`, a directory `…/lib/modules/RELEASE`, into an archive.
///
/// Beside them stands a table: a line for each name or alias, and the modules to insert for it, in that order.
pub(super) fn archive(tree: &Path, to: &Path) -> Result<(), String> {
    let kernel = tree.join("kernel");
    let mut all = BTreeMap::new();
    find(&kernel, &kernel, &mut all).map_err(|error| about(&kernel, &error))?;
    let mut ahead: Vec<String> = all
        .iter()
        .filter(|(_, path)| wanted(path))
        .map(|(name, _)| name.clone())
        .collect();
    let mut archive = cpio::Archive::default();
    archive.dir(DIR);
    let mut modules = BTreeMap::new();
    while let Some(name) = ahead.pop() {
        // What is not among the files is built in.
        let Some(path) = all.get(&name).filter(|_| !modules.contains_key(&name)) else {
            continue;
        };
        let data = read(&kernel.join(path))?;
        archive.file(&format!("{DIR}/{name}.ko"), &data);
        let module = Module::read(&data);
        ahead.extend(module.needs.iter().cloned());
        modules.insert(name, module);
    }
    archive.file(&format!("{DIR}/table"), table(&modules).as_bytes());
    fs::write(to, archive.finish()).map_err(|error| about(to, &error))
}

/// What a module says about itself.
struct Module {
    needs: Vec<String>,
    aliases: Vec<String>,
}

impl Module {
    /// Reads the strings `key=value` that stand in a module, between NULs.
    fn read(data: &[u8]) -> Self {
        let mut module = Self {
            needs: Vec::new(),
            aliases: Vec::new(),
        };
        for text in data.split(|byte| *byte == 0) {
            let Some((key, value)) = std::str::from_utf8(text)
                .ok()
                .and_then(|text| text.split_once('='))
            else {
                continue;
            };
            match key {
                "depends" => module
                    .needs
                    .extend(value.split(',').filter(|name| !name.is_empty()).map(plain)),
                "softdep" => {
                    let before = value.strip_prefix("pre: ").unwrap_or_default();
                    let before = before.split("post:").next().unwrap_or_default();
                    module.needs.extend(before.split_whitespace().map(plain));
                }
                // Those with wild cards are about hardware.
                "alias" if !value.contains(['*', ' ', '|']) => module.aliases.push(plain(value)),
                _ => {}
            }
        }
        module
    }
}

/// A name as the table has it: the kernel does not tell the two characters apart.
fn plain(name: &str) -> String {
    name.replace('-', "_")
}

fn table(modules: &BTreeMap<String, Module>) -> String {
    let mut lines = BTreeSet::new();
    for (name, module) in modules {
        let mut order = Vec::new();
        insert(name, modules, &mut order);
        let order = order.join(" ");
        for key in module.aliases.iter().chain([name]) {
            lines.insert(format!("{key} {order}\n"));
        }
    }
    lines.into_iter().collect()
}

/// Adds what a module needs, then the module.
fn insert<'a>(name: &'a str, modules: &'a BTreeMap<String, Module>, order: &mut Vec<&'a str>) {
    let Some(module) = modules.get(name).filter(|_| !order.contains(&name)) else {
        return;
    };
    for need in &module.needs {
        insert(need, modules, order);
    }
    if !order.contains(&name) {
        order.push(name);
    }
}

/// All modules below `dir`, by name; the paths are below `kernel`.
fn find(dir: &Path, kernel: &Path, all: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, kernel, all)?;
            continue;
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if let (Some((name, _)), Ok(below)) = (file.split_once(".ko"), path.strip_prefix(kernel)) {
            all.insert(plain(name), below.to_owned());
        }
    }
    Ok(())
}

fn wanted(path: &Path) -> bool {
    let text = path.to_string_lossy();
    WANTED.iter().any(|dir| match dir.strip_suffix('/') {
        Some(_) => text.starts_with(dir),
        None => path.parent().is_some_and(|parent| parent == Path::new(dir)),
    })
}

/// The bytes of a module, uncompressed.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    match path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .as_ref()
    {
        "ko" => fs::read(path).map_err(|error| about(path, &error)),
        "xz" => run(Command::new("busybox").args(["unxz", "-c"]).arg(path)),
        "gz" => run(Command::new("busybox").args(["gunzip", "-c"]).arg(path)),
        _ => Err(format!(
            "{}: compressed in a way this does not know",
            path.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_says_what_it_needs() {
        let data = b"\x7fELF\0license=GPL\0alias=rtnl-link-a\0alias=pci:v*\0depends=b-c,d\0softdep=pre: e post: f\0";
        let module = Module::read(data);
        assert_eq!(module.needs, ["b_c", "d", "e"]);
        assert_eq!(module.aliases, ["rtnl_link_a"]);
        assert!(Module::read(b"x\0depends=\0").needs.is_empty());
    }

    #[test]
    fn a_table_has_what_is_needed_first() {
        let module = |needs: &[&str], aliases: &[&str]| Module {
            needs: needs.iter().map(|name| (*name).to_owned()).collect(),
            aliases: aliases.iter().map(|name| (*name).to_owned()).collect(),
        };
        let modules = BTreeMap::from([
            ("a".to_owned(), module(&["c", "b", "built_in"], &["link_a"])),
            ("b".to_owned(), module(&["c"], &[])),
            ("c".to_owned(), module(&[], &[])),
        ]);
        assert_eq!(table(&modules), "a c b a\nb c b\nc c\nlink_a c b a\n");
    }

    #[test]
    fn directories_are_whole_or_not() {
        assert!(wanted(Path::new("net/ipv4/ipip.ko")));
        assert!(wanted(Path::new("drivers/net/dummy.ko.xz")));
        assert!(!wanted(Path::new("drivers/net/ethernet/intel/e1000.ko")));
        assert!(!wanted(Path::new("drivers/gpu/x.ko")));
    }
}
