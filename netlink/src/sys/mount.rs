//! Mounts, as far as named network namespaces need them.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

/// Makes the file `source` visible at `target` as well.
pub(crate) fn bind(source: &Path, target: &Path) -> io::Result<()> {
    mount(Some(source), target, libc::MS_BIND)
}

/// The same for a whole directory tree.
pub(crate) fn bind_tree(source: &Path, target: &Path) -> io::Result<()> {
    mount(Some(source), target, libc::MS_BIND | libc::MS_REC)
}

/// Makes mounts below `target` appear in other mount namespaces too.
pub(crate) fn share(target: &Path) -> io::Result<()> {
    mount(None, target, libc::MS_SHARED | libc::MS_REC)
}

/// Takes the mount at `target` away, now or when nobody uses it any more.
pub(crate) fn unmount(target: &Path) -> io::Result<()> {
    let target = c_path(target)?;
    // SAFETY: the pointer is to a NUL-terminated string that outlives the call and is only read.
    check(unsafe { libc::umount2(target.as_ptr(), libc::MNT_DETACH) })
}

fn mount(source: Option<&Path>, target: &Path, flags: libc::c_ulong) -> io::Result<()> {
    let source = source.map(c_path).transpose()?;
    let source = source.as_ref().map_or(ptr::null(), |path| path.as_ptr());
    let target = c_path(target)?;
    // SAFETY: all pointers are null, where the call allows it, or to NUL-terminated strings that
    // outlive the call and are only read.
    check(unsafe { libc::mount(source, target.as_ptr(), ptr::null(), flags, ptr::null()) })
}

fn c_path(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn check(status: libc::c_int) -> io::Result<()> {
    if status < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
