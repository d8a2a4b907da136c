//! Network namespaces as values: [`NetNs`]; their names; the ids by which they know each other:
//! [`NetNsIds`].
//!
//! A network namespace belongs to a thread, and a thread that changes it changes the meaning of all
//! it does later; with an async runtime the next task suffers. So nothing here moves the caller: what
//! must happen inside another namespace happens on a thread made for it.

mod ids;
mod named;

use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::thread;

pub use ids::{NetNsIds, NetNsListing};

use crate::error::{Error, Result};
use crate::sys;

/// A handle to a network namespace, which it keeps alive.
///
/// ```no_run
/// use netlink::{Netlink, netns::NetNs};
///
/// let other = NetNs::open("/run/netns/blue")?;
/// let nl = Netlink::in_namespace(&other)?;
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Debug)]
pub struct NetNs(OwnedFd);

impl NetNs {
    /// The namespace of the calling thread.
    ///
    /// # Errors
    /// Those of opening `/proc/thread-self/ns/net`; procfs may not be mounted.
    pub fn current() -> Result<Self> {
        Self::open("/proc/thread-self/ns/net")
    }

    /// The namespace of a process.
    ///
    /// # Errors
    /// `ENOENT` if there is no such process, `EACCES` if it belongs to somebody else.
    pub fn of_process(pid: u32) -> Result<Self> {
        Self::open(format!("/proc/{pid}/ns/net"))
    }

    /// The namespace a file stands for, such as `/run/netns/NAME` of `ip netns`.
    ///
    /// # Errors
    /// Those of opening the file. That it is a network namespace shows only when it is used.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let file =
            File::open(path).map_err(|error| Error::io("cannot open the namespace", error))?;
        Ok(Self(file.into()))
    }

    /// A new namespace, empty but for its loopback interface, that lives as long as the handle (or
    /// whatever else comes to use it). Needs `CAP_SYS_ADMIN`.
    ///
    /// # Errors
    /// `EPERM` without the privilege, `ENOSPC` where a limit on namespaces is reached.
    pub fn create() -> Result<Self> {
        on_thread(|| {
            sys::own_network()
                .map_err(|error| Error::io("cannot make a network namespace", error))?;
            Self::current()
        })
    }

    /// Runs `inside` in the namespace, on a thread of its own, and hands back what it returns.
    /// Needs `CAP_SYS_ADMIN` in the namespace.
    ///
    /// # Errors
    /// `EPERM` without the privilege, `EINVAL` if this is no network namespace.
    pub fn run<T: Send>(&self, inside: impl FnOnce() -> T + Send) -> Result<T> {
        on_thread(|| {
            sys::enter_network(self.as_fd())
                .map_err(|error| Error::io("cannot enter the network namespace", error))?;
            Ok(inside())
        })
    }

    /// Opens `path` in the namespace. A device file such as `/dev/net/tun` belongs to the namespace of the
    /// thread that opens it, wherever it is used later. Needs `CAP_SYS_ADMIN` in the namespace.
    ///
    /// # Errors
    /// As [`run`](Self::run), and those of opening the file.
    pub fn open_file(&self, options: &OpenOptions, path: impl AsRef<Path>) -> Result<File> {
        let path = path.as_ref();
        let file = self.run(|| options.open(path))?;
        file.map_err(|error| Error::io("cannot open a file in the namespace", error))
    }

    /// Opens a socket for ioctls on interfaces (`SIOCETHTOOL` and its like) of the namespace. Needs
    /// `CAP_SYS_ADMIN` in the namespace.
    ///
    /// # Errors
    /// As [`run`](Self::run), and those of opening a socket.
    pub fn open_ioctl(&self) -> Result<OwnedFd> {
        let socket = self.run(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))?;
        let socket =
            socket.map_err(|error| Error::io("cannot open a socket in the namespace", error))?;
        Ok(socket.into())
    }

    /// Another handle to the same namespace.
    ///
    /// # Errors
    /// Those of duplicating a file descriptor.
    pub fn try_clone(&self) -> Result<Self> {
        let copy = self.0.try_clone();
        copy.map(Self)
            .map_err(|error| Error::io("cannot duplicate the handle", error))
    }
}

impl AsFd for NetNs {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<OwnedFd> for NetNs {
    fn from(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

impl From<NetNs> for OwnedFd {
    fn from(namespace: NetNs) -> Self {
        namespace.0
    }
}

/// Runs `work` on a thread that ends with it, and so can change its namespace without harm.
fn on_thread<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("netns".into())
            .spawn_scoped(scope, work)
            .map_err(|error| Error::io("cannot start a thread", error))?;
        // A panic of `work` is a bug of its author and goes on in the thread that asked for it.
        worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
