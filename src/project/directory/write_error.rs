use std::io;

use super::{FileKind, display_path, open};

/// Why a file of a project was not written or removed: it is as it was. Paths are as the project writes them, never absolute
/// paths of the machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// It leads out of the project directory, allowed for reading or not.
    #[error("`{path}` is outside the project directory, where lobu does not write; move it into the project")]
    Outside { path: String },
    /// It lies in, or leads to, what is never written: git's own files, or by a symlink a file of secrets.
    #[error("`{path}` is `{target}`, which is never written; remove the symlink, or move the file")]
    Reserved {
        path: String,
        /// What it leads to.
        target: String,
    },
    /// It is, or leads through, a symlink to nothing.
    #[error("`{path}` is a symlink whose target does not exist; remove it, or create its target")]
    DanglingSymlink { path: String },
    /// Its symlinks never end.
    #[error("the symlinks of `{path}` form a loop; remove them")]
    SymlinkLoop { path: String },
    /// It is there, but no regular file.
    #[error("`{path}` is {found}, not a regular file; move or remove it")]
    NotARegularFile {
        path: String,
        /// What it is.
        found: FileKind,
    },
    /// A file is to lie beneath it, and it is no directory.
    #[error("`{path}` is not a directory; move or remove it")]
    NotADirectory { path: String },
    /// Its owner, or this user, may not write it; or, if it is a directory, what lies in it.
    #[error("`{path}` is read-only; make it writable")]
    ReadOnly { path: String },
    /// What stands there is not what stood there when what is to be written was decided.
    #[error("`{path}` changed in the meantime and was not overwritten; run the command again")]
    Changed { path: String },
    /// Another process has the right to write in its directory, and keeps it.
    #[error("another lobu process is writing beside `{path}`; run the command again when it has finished")]
    Busy { path: String },
    /// The system refuses.
    #[error("cannot write `{path}`: {reason}; the file is unchanged")]
    Unwritable {
        path: String,
        /// The system's reason.
        reason: io::ErrorKind,
    },
}

impl WriteError {
    /// The stable word of the error, that of [`super::ReadError`] where both say the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Outside { .. } => "outside-project",
            Self::Reserved { .. } => "reserved-file",
            Self::DanglingSymlink { .. } => "dangling-symlink",
            Self::SymlinkLoop { .. } => "symlink-loop",
            Self::NotARegularFile { .. } => "not-a-regular-file",
            Self::NotADirectory { .. } => "not-a-directory",
            Self::ReadOnly { .. } => "read-only",
            Self::Changed { .. } => "file-changed",
            Self::Busy { .. } => "directory-busy",
            Self::Unwritable { .. } => "unwritable",
        }
    }

    /// The error of the system at a path.
    pub(super) fn at(path: &str, error: &io::Error) -> Self {
        let shown = display_path(path);
        if open::is_escape(error) {
            return Self::Outside { path: shown };
        }
        if open::is_loop(error) {
            return Self::SymlinkLoop { path: shown };
        }
        match error.kind() {
            io::ErrorKind::NotADirectory => Self::NotADirectory { path: shown },
            reason => Self::Unwritable { path: shown, reason },
        }
    }
}
