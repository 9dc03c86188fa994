use std::io;
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, File, Metadata, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::{OpenError, ReadError, display_path};

/// A directory outside the project that the command line allows.
#[derive(Debug)]
pub(super) struct AllowedDirectory {
    /// Its path without symlinks, to compare with.
    location: PathBuf,
    directory: Dir,
}

impl AllowedDirectory {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let location = path.canonicalize().map_err(|error| open_error(path, &error))?;
        Ok(Self { directory: open_ambient(&location)?, location })
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { location: self.location.clone(), directory: self.directory.try_clone()? })
    }

    /// The directory's handle and the rest of the path, if the path lies in it.
    pub(super) fn beneath<'a>(&'a self, path: &'a Path) -> Option<(&'a Dir, &'a Path)> {
        let rest = path.strip_prefix(&self.location).ok()?;
        Some((&self.directory, if rest.as_os_str().is_empty() { Path::new(".") } else { rest }))
    }
}

/// Opens a directory that the command line names.
pub(super) fn open_ambient(path: &Path) -> Result<Dir, OpenError> {
    Dir::open_ambient_dir(path, cap_std::ambient_authority()).map_err(|error| open_error(path, &error))
}

pub(super) fn open_error(path: &Path, error: &io::Error) -> OpenError {
    let path = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => OpenError::Missing { path },
        io::ErrorKind::NotADirectory => OpenError::NotADirectory { path },
        reason => OpenError::Unreadable { path, reason },
    }
}

/// One way of asking for a path beneath a handle: open, list, look.
pub(super) trait Access {
    type Output;
    fn access(&self, directory: &Dir, path: &Path) -> io::Result<Self::Output>;
}

/// Opens for reading, without ever waiting for the other end of a pipe.
pub(super) struct OpenFile;

impl Access for OpenFile {
    type Output = File;

    fn access(&self, directory: &Dir, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        options.read(true).custom_flags(flags.cast_signed());
        directory.open_with(path, &options)
    }
}

/// Lists a directory.
pub(super) struct OpenDirectory;

impl Access for OpenDirectory {
    type Output = cap_std::fs::ReadDir;

    fn access(&self, directory: &Dir, path: &Path) -> io::Result<Self::Output> {
        directory.read_dir(path)
    }
}

/// Looks what a path is, symlinks followed.
pub(super) struct ReadMetadata;

impl Access for ReadMetadata {
    type Output = Metadata;

    fn access(&self, directory: &Dir, path: &Path) -> io::Result<Metadata> {
        directory.metadata(path)
    }
}

/// Whether the sandbox refused: its own error is the only refusal that carries no number of the system.
pub(super) fn is_escape(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none()
}

/// Whether the symlinks of a path never end.
pub(super) fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// The error at a path; what is missing is the caller's business.
pub(super) fn read_error(path: &str, error: &io::Error) -> ReadError {
    let shown = display_path(path);
    if is_escape(error) {
        return ReadError::Outside { path: shown };
    }
    if is_loop(error) {
        return ReadError::SymlinkLoop { path: shown };
    }
    if error.kind() == io::ErrorKind::NotADirectory {
        return ReadError::NotADirectory { path: shown };
    }
    ReadError::Unreadable { path: shown, reason: error.kind() }
}
