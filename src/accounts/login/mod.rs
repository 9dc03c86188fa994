//! Logging in and out: the server's device flow, personal tokens, refresh, and who one is.
//!
//! The routes and their answers are described in `docs/api/logins.md`. Nothing here knows files, contexts or streams: logins
//! come in and go out as values, and who calls keeps them.

mod answers;
mod client;
mod device;
mod error;
mod logout;
mod metadata;
pub mod refresh;
#[cfg(test)]
mod tests;
mod whoami;

pub use client::{LoginClient, Page};
pub use device::{DeviceStart, Granted, READ_ONLY, SCOPES};
pub use error::{LoginError, RefreshError};
pub use refresh::{CliTokens, DeviceLogin};
pub use whoami::{Account, OrgEntry, Proof};
