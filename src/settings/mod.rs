//! Flags, environment and the project's pin resolved once into what a verb works with.

mod address;
mod again;
mod error;
mod remembered;
mod target;

pub use address::ServerAddress;
pub use again::argument;
pub use error::{TargetError, TargetErrorKind};
pub use remembered::{RememberedError, remember_secrets_api};
pub use target::{OrgSource, ResolvedTarget, Server, TargetFlags, local_database, resolve};
