use std::future::Future;

use crate::model::AgentId;
use crate::schema::{Field, Kind, Pair, ResourceKey, Sent, StoredPair};
use crate::wire::{Health, Json, WireRecord};

use super::{Condition, HiddenLiteral, HiddenValues, RequestError};

/// What the probe of `…/agents/{id}/platforms` said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformsProbe {
    /// `{platforms}`, or a 404 with an `error`: platforms are kept here.
    Kept,
    /// Anything else: this server keeps platforms elsewhere.
    Elsewhere {
        /// What it answered, without its text.
        what: String,
    },
}

/// Whether the org has the secrets API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretsProbe {
    /// It has, with these names; none where our error shape refused to tell them (403).
    Present(Option<Vec<String>>),
    /// It has none: exactly the catch-all or 404, from a server with a known `/health`.
    Missing,
    /// It cannot be told.
    Unknown {
        /// What it answered, without its text.
        what: String,
    },
}

/// What became of a resource that was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// The server saw nothing to change.
    Unchanged,
    /// It was there already, as it is; nothing was written.
    Existed(Box<WireRecord>),
}

/// What may be asked of an org. A dry run is handed this and nothing more.
pub trait OrgRead: Send + Sync {
    /// `GET /health`.
    fn health(&self) -> impl Future<Output = Result<Health, RequestError>> + Send;
    /// Whether platforms of an agent, existing or not, are kept by this server.
    fn probe_platforms(&self, agent: &AgentId) -> impl Future<Output = Result<PlatformsProbe, RequestError>> + Send;
    /// Whether the org has the secrets API.
    fn probe_secrets(&self) -> impl Future<Output = Result<SecretsProbe, RequestError>> + Send;
    /// Every resource of a kind that the server lists, those of other orgs included.
    fn records(&self, kind: Kind) -> impl Future<Output = Result<Vec<WireRecord>, RequestError>> + Send;
    /// What an agent has of a kind that is read by agent; none if there is no such agent.
    fn records_of(
        &self,
        kind: Kind,
        agent: &AgentId,
    ) -> impl Future<Output = Result<Option<Vec<WireRecord>>, RequestError>> + Send;
    /// The pairs of a field of a resource of this org.
    fn pairs(
        &self,
        key: &ResourceKey,
        field: &'static Field,
    ) -> impl Future<Output = Result<Vec<StoredPair>, RequestError>> + Send;
    /// A field that a request of its own reads; none where the resource has nothing there.
    fn apart(
        &self,
        key: &ResourceKey,
        field: &'static Field,
    ) -> impl Future<Output = Result<Option<Json>, RequestError>> + Send;
    /// Whether literals are what the org hides, in one request. Only for servers that compare.
    fn compare(&self, literals: &[HiddenLiteral]) -> impl Future<Output = Result<HiddenValues, RequestError>> + Send;
}

/// A write that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What became of the resource.
    pub stored: Stored,
    /// The version that it has now, where the server gives versions.
    pub version: Option<u64>,
}

impl From<Stored> for Written {
    /// On a server without versions.
    fn from(stored: Stored) -> Self {
        Self { stored, version: None }
    }
}

/// What may be sent to an org. Only an execution is handed this.
pub trait OrgWrite: OrgRead {
    /// Makes a resource, or finds that it is there.
    fn create(&self, sent: &Sent, condition: Condition) -> impl Future<Output = Result<Written, RequestError>> + Send;
    /// Changes a resource.
    fn update(&self, sent: &Sent, condition: Condition) -> impl Future<Output = Result<Written, RequestError>> + Send;
    /// Adds a pair to a resource, and gives the version that the resource has now.
    fn add_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        pair: &Pair,
    ) -> impl Future<Output = Result<Option<u64>, RequestError>> + Send;
    /// Removes a pair by the server's id, and gives the version that the resource has now.
    fn remove_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        stored: &StoredPair,
    ) -> impl Future<Output = Result<Option<u64>, RequestError>> + Send;
}
