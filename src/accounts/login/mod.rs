//! Logging in and out: the server's device flow, personal tokens, refresh, and who one is.
//!
//! Nothing here knows files, contexts or streams: logins come in and go out as values, and who calls keeps them.

mod answers;
mod client;
mod device;
mod error;
mod identity;
mod leave;
mod metadata;
mod orgs;
mod origins;
mod page;
mod prove;
pub mod refresh;
mod renew;
#[cfg(test)]
mod tests;

pub use client::LoginClient;
pub use device::{DeviceStart, Granted, SCOPES};
pub use error::{LoginError, RefreshError};
pub use identity::Identity;
pub use orgs::OrgEntry;
pub use page::Page;
pub use prove::Proof;
pub use renew::{CliTokens, DeviceLogin};
