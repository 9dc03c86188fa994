//! Contexts and logins: logging in and out at a server, and the files, shared with the existing CLI, that keep both.

mod access_token;
mod address;
mod context;
mod context_entry;
mod directory;
mod document;
mod draft;
mod ended_login;
mod error;
mod file;
mod findings;
pub mod login;
mod login_entry;
mod new_login;
mod os_keyring;
mod save;
mod snapshot;
mod store;
mod stored_login;

pub use access_token::{TokenError, access_token, current_login};
pub use address::UrlProblem;
pub use context::{BUILT_IN, Context, MemoryFile, is_embedded};
pub use draft::{Added, Draft, Removed};
pub use ended_login::{ForgetError, Forgotten};
pub use error::{AccountsError, ChangeError, FileProblem, Notice};
pub use file::AccountFile;
pub use findings::{FileState, Finding, Repaired};
pub use new_login::{Kept, LoginContext, LoginStore, NewLoginError, identity_of, revoke};
pub use os_keyring::{CALL_LIMIT, Keyring, KeyringAction, KeyringError, KeyringProblem, KeyringStore};
pub use snapshot::Snapshot;
pub use store::{Accounts, Change};
pub use stored_login::{Identity, Login, LoginPlace, Refresh};

#[cfg(test)]
mod tests;
