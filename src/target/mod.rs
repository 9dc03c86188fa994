//! Flags, environment, stored contexts and the project's pins resolved once into what a verb works with.

mod address;
mod choose_org;
mod choose_server;
mod connection;
mod connection_error;
mod error;
mod flags;
mod known;
mod local_projects;
mod project_target;
mod resolve;
mod resolved;
mod secrets_api_record;
mod selected_context;
#[cfg(test)]
mod tests;

pub use address::ServerAddress;
pub use connection::{Connection, connect_for_reading, connect_for_writing};
pub use connection_error::ConnectionError;
pub use error::{TargetAdvice, TargetError, TargetErrorKind};
pub use flags::{TargetFlags, argument};
pub use known::{DEFAULT_ORG, Known, LocalProject, ProjectPins, ProjectTarget, stored_accounts};
pub use local_projects::{OtherProjects, with_org_of_checkout};
pub use project_target::ChosenTarget;
pub use resolve::{local_database, locate, resolve};
pub use resolved::{OrgSource, ResolvedTarget, Server, StoredLogin};
pub use secrets_api_record::{RecordProblem, RememberedError, inspect_record, remember_secrets_api};
pub use selected_context::{ContextError, SelectedContext, check_api_url, context_named};
