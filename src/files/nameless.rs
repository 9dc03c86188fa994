//! Files that have no name until they are whole: a process that is killed leaves nothing of them.

use std::fs::File;
use std::io;

use cap_std::fs::Dir;

/// Opens a new file without a name in a directory, with what the mask of the process leaves of a mode; none where the system
/// has none or could not name it later.
#[cfg(target_os = "linux")]
pub(super) fn create(directory: &Dir, mode: u32) -> Option<File> {
    use rustix::fs::{CWD, Mode, OFlags, openat, statat};

    let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
    let file = File::from(openat(directory, ".", flags, Mode::from_raw_mode(mode)).ok()?);
    statat(CWD, path(&file), rustix::fs::AtFlags::empty()).is_ok().then_some(file)
}

/// Gives a file without a name one; that it is taken is [`io::ErrorKind::AlreadyExists`].
#[cfg(target_os = "linux")]
pub(super) fn link(file: &File, directory: &Dir, name: &str) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};

    Ok(linkat(CWD, path(file), directory, name, AtFlags::SYMLINK_FOLLOW)?)
}

/// The way to an open file that needs no privilege; the other one, an empty path, does.
#[cfg(target_os = "linux")]
fn path(file: &File) -> String {
    use std::os::fd::AsRawFd as _;

    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Opens none: the system has no such files.
#[cfg(not(target_os = "linux"))]
pub(super) fn create(_: &Dir, _: u32) -> Option<File> {
    None
}

/// Fails: no such file.
#[cfg(not(target_os = "linux"))]
pub(super) fn link(_: &File, _: &Dir, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
