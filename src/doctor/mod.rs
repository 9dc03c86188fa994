//! Whether everything that a command needs is in order: facts in, findings out, a small function a check.
//!
//! Nothing here looks at a file or a network: who gathers the facts is `commands::doctor`.

mod check;
mod credentials;
mod embedded;
mod finding;
mod memory;
mod org;
mod project;
mod report;
mod secrets;
mod server;
mod target;
#[cfg(test)]
mod tests;
mod words;

pub use check::{Check, Group};
pub use credentials::{AccountFilesFacts, CredentialFacts, LoginFacts, account_files_check, credentials_checks};
pub use embedded::{EmbeddedFacts, embedded_checks};
pub use finding::{Finding, State};
pub use memory::{MemoryFacts, memory_checks};
pub use org::{OrgFacts, org_checks};
pub use project::{DotenvFacts, ProjectFacts, ReadFacts, ReferenceFact, Spelling, ValuesFileFacts, project_checks};
pub use report::{Counts, Report};
pub use secrets::{OrgNames, secrets_checks};
pub use server::{ServerFacts, server_checks};
pub use target::{TargetFacts, target_checks};

use finding::{failure, note, ok, skipped, warning};
