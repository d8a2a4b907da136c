//! What a test needs of the kernel and the machine, and whether they have it.
//!
//! A test says it in front of its body: `fn vxlan(nl) needs [link("vxlan")] { … }`. Where a need is not met the test is
//! skipped, with the reason. On a disposable machine (`cargo xtask vm`) all needs must be met, except those that the
//! version of the kernel rules out: there a skip without such an excuse is a failure.

use std::path::Path;
use std::{env, fs};

use netlink::netns::NetNs;
use netlink::{Link, Netlink};

/// Version of a kernel: major and minor.
pub(crate) type Version = (u32, u32);

/// One need.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    /// A link kind.
    Link(&'static str),
    /// Something that the kernel takes where it was built with it: what it is, and a request to find out.
    Built(&'static str, fn(&Netlink) -> Result<(), netlink::Error>),
    /// A kernel of at least this version, for the sake of something.
    Kernel(Version, &'static str),
    /// A program.
    Program(&'static str),
    /// A machine that may crash, and whose root this process is.
    Disposable,
}

/// A link kind, by name.
pub(crate) const fn link(kind: &'static str) -> Need {
    Need::Link(kind)
}

/// What a request shows, which the kernel refuses as unsupported where it was built without. The request goes to a network
/// that nobody else looks at.
pub(crate) const fn built(
    what: &'static str,
    request: fn(&Netlink) -> Result<(), netlink::Error>,
) -> Need {
    Need::Built(what, request)
}

/// A kernel of at least this version, and what came with it.
pub(crate) const fn kernel(major: u32, minor: u32, what: &'static str) -> Need {
    Need::Kernel((major, minor), what)
}

/// A program that is looked up as a shell does.
pub(crate) const fn program(name: &'static str) -> Need {
    Need::Program(name)
}

/// A machine that may crash, and whose root this process is: not that of a user namespace.
pub(crate) const fn disposable() -> Need {
    Need::Disposable
}

/// Why a test cannot run.
pub(crate) struct Lack {
    /// For a reader.
    pub(crate) reason: String,
    /// Whether the version of the kernel is the reason, so that nothing can be done about it.
    pub(crate) excused: bool,
}

impl Lack {
    /// A lack that ought not to be.
    pub(crate) fn of(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            excused: false,
        }
    }
}

/// Link kinds that not all stock kernels have which the tests run on: the first that has it. A kernel that is
/// older need not be asked.
const LATER: [(&str, Version, &str); 3] = [
    ("hsr", (6, 12), "Debian's kernel 6.1 has no link kind hsr"),
    ("netkit", (6, 7), "link kind netkit came with 6.7"),
    ("ovpn", (6, 16), "link kind ovpn came with 6.16"),
];

impl Need {
    /// What is lacking, if something is.
    pub(crate) fn lack(self) -> Option<Lack> {
        match self {
            Self::Link(kind) => (!has_link_kind(kind)).then(|| no_link_kind(kind)),
            Self::Built(what, request) => match aside(request) {
                Err(error) if error.is_unsupported() => {
                    Some(Lack::of(format!("this kernel has no {what}")))
                }
                _ => None,
            },
            Self::Kernel(version, what) => (running() < version).then(|| Lack {
                reason: format!("{what} came with {}.{}", version.0, version.1),
                excused: true,
            }),
            Self::Program(name) => {
                (!has_program(name)).then(|| Lack::of(format!("no program {name}")))
            }
            Self::Disposable => (!is_disposable())
                .then(|| Lack::of("not safe on a machine that is needed afterwards")),
        }
    }
}

/// Why there is no such link kind.
pub(crate) fn no_link_kind(kind: &str) -> Lack {
    let later = LATER
        .iter()
        .find(|(later, first, _)| *later == kind && running() < *first);
    match later {
        Some((_, _, reason)) => Lack {
            reason: (*reason).to_owned(),
            excused: true,
        },
        None => Lack::of(format!("this kernel has no link kind {kind}")),
    }
}

/// Whether the kernel knows a kind, perhaps by a module that it loads for this.
///
/// Most kinds want settings, so what the kernel says to a request without any counts: only where it does not know the
/// kind does it say so.
fn has_link_kind(kind: &str) -> bool {
    match aside(|nl| nl.links().add(&Link::of_kind_named("probe", kind))) {
        Ok(()) => true,
        Err(error) => !is_unknown_kind(&error),
    }
}

/// Makes a request in a network that nobody else looks at.
fn aside<T>(request: impl FnOnce(&Netlink) -> T) -> T {
    let network = NetNs::create().unwrap();
    request(&Netlink::in_namespace(&network).unwrap())
}

/// Whether the kernel refused a request because it does not know the kind.
pub(crate) fn is_unknown_kind(error: &netlink::Error) -> bool {
    error.is_unsupported() && error.kernel_message() == Some("Unknown device type")
}

/// The version of the running kernel.
pub(crate) fn running() -> Version {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut parts = release.split(|c: char| !c.is_ascii_digit());
    let mut next = || parts.next().unwrap_or_default().parse().unwrap();
    (next(), next())
}

/// Whether this is a machine that is thrown away after the tests.
pub(crate) fn is_disposable() -> bool {
    env::var_os("NETLINK_LIVE_VM").is_some()
}

fn has_program(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir: std::path::PathBuf| Path::new(&dir).join(name).is_file())
}
