//! Contexts and logins: logging in and out at a server, and the files, shared with the existing CLI, that keep both.

mod address;
mod context;
mod context_entry;
mod directory;
mod document;
mod draft;
mod error;
mod file;
mod findings;
pub mod login;
mod login_entry;
mod save;
mod snapshot;
mod store;
mod stored_login;

pub use address::UrlProblem;
pub use context::{BUILT_IN, Context, MemoryFile, is_embedded};
pub use draft::{Added, Draft, Removed};
pub use error::{AccountsError, ChangeError, FileProblem, Notice};
pub use file::AccountFile;
pub use findings::{FileState, Finding, Repaired};
pub use snapshot::Snapshot;
pub use store::{Accounts, Change};
pub use stored_login::{Identity, Login, Refresh};

#[cfg(test)]
mod tests;
