//! The keyring of the operating system, as a place for the tokens of a login: one entry a context, each for one origin.

mod entry;
mod error;
mod logins;
mod store;
mod system;

pub use error::{KeyringAction, KeyringError, KeyringProblem};
pub use logins::{CALL_LIMIT, Keyring};
pub use store::KeyringStore;
