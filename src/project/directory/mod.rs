//! The handle of a project directory: every path of a project resolves beneath it (F7).

mod error;
mod handle;
mod listing;
mod nameless;
mod open;
mod path;
mod replace;

pub use error::{FileKind, OpenError, ReadError};
pub use handle::ProjectDirectory;
pub use listing::{Entry, EntryKind, Listing};
pub use path::{display_path, join};
pub use replace::{SecretFile, SecretFileLock, StagedSecretFile};

#[cfg(test)]
mod tests;
