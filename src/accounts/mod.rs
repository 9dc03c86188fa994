//! The contexts and logins that are kept between runs, in files that the existing CLI shares (T3, existing-cli 7.2).

mod address;
mod context;
mod directory;
mod document;
mod draft;
mod error;
mod file;
mod findings;
mod json;
mod login;
mod save;
mod snapshot;
mod store;

pub use address::UrlProblem;
pub use context::{BUILT_IN, Context, MemoryFile, is_embedded};
pub use draft::{Added, Draft, Removed};
pub use error::{AccountsError, ChangeError, FileProblem};
pub use file::AccountFile;
pub use findings::{FileState, Finding, Repaired};
pub use login::{Identity, Login, Refresh};
pub use snapshot::{Notice, Snapshot};
pub use store::{Accounts, Change};

#[cfg(test)]
mod tests;
