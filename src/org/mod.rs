//! The org as it is: what is asked of a server, what may be sent to it, and what its answers mean.

mod access;
mod classify;
mod hidden;
pub mod http;
pub(crate) mod lookup;
mod read;
mod secrets;
mod state;

pub use crate::http::{Cause, Condition, Outcome, Request, RequestError};
pub use access::{OrgRead, OrgWrite, PlatformsProbe, SecretsProbe, Stored, Written};
pub use classify::Classifier;
pub use hidden::{HiddenLiteral, HiddenValues, NotCompared};
pub use lookup::holds;
pub use read::{ReadError, ReadScope, Wanted, read_actual, read_agents, read_list};
pub use secrets::{
    ProviderKeysWrite, SecretAction, SecretBatch, SecretChange, SecretResult, SecretsListing, SecretsRead, SecretsWrite,
};
pub use state::{ActualState, generation_of};
