//! Flags, environment and the project's pin resolved once into what a verb works with.

mod address;
mod error;
mod target;

pub use address::ServerAddress;
pub use error::{TargetError, TargetErrorKind};
pub use target::{OrgSource, ResolvedTarget, Server, TargetFlags, resolve};
