//! The handle of a project directory: every path of a project resolves beneath it.

mod error;
mod handle;
mod listing;
mod location;
mod open;
mod overlay;
mod path;
mod secret_file;
mod write;
mod write_error;

pub use error::{FileKind, OpenError, ReadError};
pub use handle::ProjectDirectory;
pub use listing::{Entry, EntryKind, Listing};
pub use path::{display_path, join};
pub use secret_file::{SecretFile, SecretFileLock};
pub use write::Expected;
pub use write_error::WriteError;

#[cfg(test)]
mod tests;
