//! The org as it is: what is asked of a server and what may be sent to it.

mod access;
mod error;
pub mod http;
mod requests;

pub use access::{AgentCreated, OrgRead, OrgWrite, PlatformStored, PlatformsProbe, SecretsProbe};
pub use error::{Cause, OrgError, Outcome, Request};
pub use requests::{
    AgentCreate, AgentPatch, Change, EntityTypeWrite, PlatformPut, RelationshipTypeWrite, SettingsMember,
    SettingsPatch, StoredRule,
};
