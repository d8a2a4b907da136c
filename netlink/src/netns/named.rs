//! Namespaces with a name, as `ip netns` keeps them: files in `/run/netns` that are mounts of the
//! namespace, see `ip-netns(8)`.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{NetNs, on_thread};
use crate::error::{Error, Result};
use crate::sys;

/// Where `ip netns` keeps its files.
const DIRECTORY: &str = "/run/netns";

impl NetNs {
    /// The namespace that `ip netns` knows by this name.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) if there is none.
    ///
    /// # Examples
    /// ```no_run
    /// use netlink::{Netlink, netns::NetNs};
    ///
    /// let nl = Netlink::in_namespace(&NetNs::named("blue")?)?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn named(name: &str) -> Result<Self> {
        Self::open(path_of(name)?)
    }

    /// Makes a namespace that has a name and so lives until the name is
    /// [deleted](Self::delete_named). Equivalent to `ip netns add`. Needs `CAP_SYS_ADMIN`, and a
    /// `/run` that can be written.
    ///
    /// # Errors
    /// [`is_exists`](Error::is_exists) if the name is taken.
    ///
    /// # Examples
    /// ```no_run
    /// let blue = netlink::netns::NetNs::create_named("blue")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn create_named(name: &str) -> Result<Self> {
        let path = path_of(name)?;
        prepare()
            .map_err(|error| Error::io("cannot prepare the directory of namespaces", error))?;
        // The kernel wants a file to mount on; nobody is to read it.
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o0)
            .open(&path);
        file.map_err(|error| Error::io("cannot take the name of the namespace", error))?;
        let made = on_thread(|| {
            sys::own_network()
                .map_err(|error| Error::io("cannot make a network namespace", error))?;
            sys::bind(Path::new("/proc/thread-self/ns/net"), &path)
                .map_err(|error| Error::io("cannot name the network namespace", error))?;
            Self::current()
        });
        if made.is_err() {
            // The name must not stay behind; the first error is the one that counts.
            let _ = fs::remove_file(&path);
        }
        made
    }

    /// Takes the name away. The namespace ends when nobody uses it any more. Equivalent to
    /// `ip netns delete`. Needs `CAP_SYS_ADMIN`.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) if there is none of this name.
    ///
    /// # Examples
    /// ```no_run
    /// netlink::netns::NetNs::delete_named("blue")?;
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn delete_named(name: &str) -> Result<()> {
        let path = path_of(name)?;
        match sys::unmount(&path) {
            // A file without a mount is a leftover, which goes as well.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
            other => other.map_err(|error| Error::io("cannot unmount the namespace", error))?,
        }
        fs::remove_file(&path)
            .map_err(|error| Error::io("cannot remove the name of the namespace", error))
    }

    /// The names that are in use, sorted. Equivalent to `ip netns list`.
    ///
    /// # Errors
    /// Those of reading the directory; that it does not exist is none.
    ///
    /// # Examples
    /// ```
    /// for name in netlink::netns::NetNs::names()? {
    ///     println!("{name}");
    /// }
    /// # Ok::<(), netlink::Error>(())
    /// ```
    pub fn names() -> Result<Vec<String>> {
        let unreadable = |error| Error::io("cannot read the directory of namespaces", error);
        let entries = match fs::read_dir(DIRECTORY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(unreadable)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(unreadable)?.file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

fn path_of(name: &str) -> Result<PathBuf> {
    // Anything else would name a file elsewhere.
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        return Err(Error::invalid(
            "a network namespace",
            format!("`{name}` is no name for one"),
        ));
    }
    Ok(Path::new(DIRECTORY).join(name))
}

/// Makes the directory, and makes what is mounted in it appear in all mount namespaces, as
/// `ip netns` does: else a service with mounts of its own would keep a deleted namespace alive.
fn prepare() -> io::Result<()> {
    let directory = Path::new(DIRECTORY);
    fs::create_dir_all(directory)?;
    if let Err(error) = sys::share(directory) {
        if error.kind() != io::ErrorKind::InvalidInput {
            return Err(error);
        }
        // Only a mount can be shared, so the directory becomes one.
        sys::bind_tree(directory, directory)?;
        sys::share(directory)?;
    }
    Ok(())
}
