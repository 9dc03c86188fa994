//! The org as it is: what is asked of a server, what may be sent to it, and what its answers mean.

mod access;
mod actual;
mod convert;
pub mod http;
mod read;
mod requests;
mod secrets;

pub use crate::http::{Cause, Outcome, Request, RequestError};
pub use access::{AgentCreated, OrgRead, OrgWrite, PlatformStored, PlatformsProbe, SecretsProbe};
pub use actual::{
    ActualAgent, ActualEntityType, ActualMemory, ActualPlatform, ActualRelationshipType, ActualSettings, ActualState,
    Generation, SecretsMode, ServerTraits,
};
pub use convert::Reader;
pub use read::{AgentScope, ReadError, ReadScope, Wanted, read_actual};
pub use requests::{
    AgentCreate, AgentPatch, Change, EntityTypeWrite, PlatformPut, RelationshipTypeWrite, SettingsMember,
    SettingsPatch, StoredRule,
};
pub use secrets::{SecretAction, SecretBatch, SecretChange, SecretResult, SecretsListing, SecretsRead, SecretsWrite};
