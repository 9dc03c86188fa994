//! The checks, a small function each: facts in, findings out. Nothing here looks at a file or a network.

mod credentials;
mod embedded;
mod memory;
mod org;
mod project;
mod secrets;
mod server;

pub use credentials::{
    AccountFilesFacts, CredentialFacts, LoginFacts, PlaceFacts, account_files_check, credentials_checks,
    state_file_check,
};
pub use embedded::{EmbeddedFacts, embedded_checks};
pub use memory::{MemoryFacts, memory_checks};
pub use org::{OrgFacts, org_checks};
pub use project::{DotenvFacts, ProjectFacts, ReadFacts, Spelling, ValuesFileFacts, project_checks};
pub use secrets::{OrgNames, ReferenceFact, secrets_checks};
pub use server::{ServerFacts, TargetFacts, server_checks, target_checks};
