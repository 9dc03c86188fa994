//! Contexts and logins: logging in and out at a server, and the files, shared with the existing CLI, that keep both.

mod access_token;
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
mod new_login;
mod save;
mod snapshot;
mod store;
mod stored_login;

pub use access_token::{TokenError, access_token};
pub use address::UrlProblem;
pub use context::{BUILT_IN, Context, MemoryFile, is_embedded};
pub use draft::{Added, Draft, Removed};
pub use error::{AccountsError, ChangeError, FileProblem, Notice};
pub use file::AccountFile;
pub use findings::{FileState, Finding, Repaired};
pub use new_login::{Kept, LoginContext, NewLoginError, identity_of, revoke};
pub use snapshot::Snapshot;
pub use store::{Accounts, Change};
pub use stored_login::{Identity, Login, Refresh};

#[cfg(test)]
mod tests;
