//! Flags, environment and the project's pin resolved once into what a verb works with.

mod address;
mod again;
mod error;
mod org;
mod remembered;
mod server;
mod target;
#[cfg(test)]
mod tests;

pub use address::ServerAddress;
pub use again::argument;
pub use error::{TargetError, TargetErrorKind};
pub use remembered::{RememberedError, remember_secrets_api};
pub use target::{
    Known, OrgSource, ProjectTarget, ResolvedTarget, Server, StoredLogin, TargetFlags, local_database, resolve,
};
