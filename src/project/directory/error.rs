use std::fmt;
use std::io;

use crate::model::{Diagnostic, Family, Position, Severity};

/// What stands where a regular file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Directory,
    /// A named pipe.
    Fifo,
    Socket,
    /// A block or character device.
    Device,
    /// Something that the system has no word for.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Other => "a special file",
        })
    }
}

/// Why a project's directory cannot be opened. Paths here come from the command line, so they are shown as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Neither the directory nor one above it has a lobu.toml.
    #[error("no lobu.toml in `{start}` or any parent directory")]
    NoProject {
        /// Where the search began.
        start: String,
    },
    /// The directory is not there.
    #[error("the directory `{path}` does not exist")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// The path is something else.
    #[error("`{path}` is not a directory")]
    NotADirectory {
        /// The path as given.
        path: String,
    },
    /// The system refuses.
    #[error("the directory `{path}` cannot be opened: {reason}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// The system's reason.
        reason: io::ErrorKind,
    },
}

/// Why a path of a project cannot be read. Paths are as the project writes them, never absolute paths of the machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is larger than its limit.
    #[error("`{path}` is larger than {}", Bytes(*limit))]
    TooLarge {
        path: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("`{path}` is not UTF-8")]
    NotUtf8 {
        path: String,
        /// The line of the first byte that is not UTF-8, from 1.
        line: u32,
    },
    /// Its symlinks never end.
    #[error("the symlinks of `{path}` form a loop")]
    SymlinkLoop { path: String },
    /// It is a symlink to nothing.
    #[error("`{path}` is a symlink whose target does not exist")]
    DanglingSymlink { path: String },
    /// It leads out of the project directory.
    #[error("`{path}` is outside the project directory")]
    Outside { path: String },
    /// It is there, but no regular file.
    #[error("`{path}` is {found}, not a regular file")]
    NotARegularFile {
        path: String,
        /// What it is.
        found: FileKind,
    },
    /// It is there, but no directory.
    #[error("`{path}` is not a directory")]
    NotADirectory { path: String },
    /// A directory has an entry whose name is not UTF-8.
    #[error("`{directory}` has an entry whose name is not UTF-8")]
    NameNotUtf8 {
        /// The path of the directory.
        directory: String,
    },
    /// The project has too many files.
    #[error("the project has more than {limit} files")]
    TooManyFiles { limit: usize },
    /// It changed while it was read.
    #[error("`{path}` changed while it was read")]
    Changed { path: String },
    /// The system refuses.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        path: String,
        /// The system's reason.
        reason: io::ErrorKind,
    },
}

impl ReadError {
    /// The stable word of the diagnostic.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "file-too-large",
            Self::NotUtf8 { .. } => "not-utf8",
            Self::SymlinkLoop { .. } => "symlink-loop",
            Self::DanglingSymlink { .. } => "dangling-symlink",
            Self::Outside { .. } => "outside-project",
            Self::NotARegularFile { .. } => "not-a-regular-file",
            Self::NotADirectory { .. } => "not-a-directory",
            Self::NameNotUtf8 { .. } => "name-not-utf8",
            Self::TooManyFiles { .. } => "too-many-files",
            Self::Changed { .. } => "file-changed",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// Where it is, none for the project as a whole.
    pub fn position(&self) -> Option<Position> {
        let position = match self {
            Self::NotUtf8 { path, line } => Position { file: path.clone(), line: *line, column: 0 },
            Self::TooLarge { path, .. }
            | Self::SymlinkLoop { path }
            | Self::DanglingSymlink { path }
            | Self::Outside { path }
            | Self::NotARegularFile { path, .. }
            | Self::NotADirectory { path }
            | Self::NameNotUtf8 { directory: path }
            | Self::Changed { path }
            | Self::Unreadable { path, .. } => Position::file(path),
            Self::TooManyFiles { .. } => return None,
        };
        Some(position)
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Outside { .. } => Some("move it into the project, or allow its directory with `--allow-path DIR`"),
            Self::NotUtf8 { .. } => Some("save the file as UTF-8"),
            _ => None,
        }
    }

    /// The error for the person who wrote the project, at the path itself.
    pub fn diagnostic(&self, family: Family) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(Severity::Error, family, self.code(), self.to_string());
        diagnostic.position = self.position();
        diagnostic.hint = self.hint().map(str::to_owned);
        diagnostic
    }
}

/// A size in the largest unit that divides it.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 2] = [("MiB", 1024 * 1024), ("KiB", 1024)];
        for (unit, size) in UNITS {
            if self.0 >= size && self.0.is_multiple_of(size) {
                return write!(formatter, "{} {unit}", self.0 / size);
            }
        }
        write!(formatter, "{} bytes", self.0)
    }
}
