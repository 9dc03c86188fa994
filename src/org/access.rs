use std::future::Future;

use crate::model::Rule;
use crate::model::{AgentId, TypeSlug};
use crate::wire::{AgentRow, EntityTypeRow, Health, Json, PlatformRow, RelationshipTypeRow, RuleRow, SettingsRow};

use super::{
    AgentCreate, AgentPatch, EntityTypeWrite, PlatformPut, RelationshipTypeWrite, RequestError, SettingsPatch,
};

/// What the probe of `…/agents/{id}/platforms` said (P11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformsProbe {
    /// `{platforms}`, or a 404 with an `error`: platforms are kept here.
    Kept,
    /// Anything else: this server keeps platforms elsewhere (G3).
    Elsewhere {
        /// What it answered, without its text.
        what: String,
    },
}

/// Whether the org has the secrets API (V2).
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

/// What a create of an agent did (org-api 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentCreated {
    /// It was made.
    Created,
    /// It was there already, as it is; nothing was written.
    Existed(AgentRow),
}

/// What a PUT of a platform did (org-api 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformStored {
    /// It was made.
    Created,
    /// It was changed and will restart.
    Updated,
    /// The server saw nothing to change.
    Unchanged,
}

/// What may be asked of an org. A dry run is handed this and nothing more.
pub trait OrgRead: Send + Sync {
    /// `GET /health`.
    fn health(&self) -> impl Future<Output = Result<Health, RequestError>> + Send;
    /// Whether platforms of an agent, existing or not, are kept by this server.
    fn probe_platforms(&self, agent: &AgentId) -> impl Future<Output = Result<PlatformsProbe, RequestError>> + Send;
    /// Whether the org has the secrets API.
    fn probe_secrets(&self) -> impl Future<Output = Result<SecretsProbe, RequestError>> + Send;
    /// Every agent of the org.
    fn agents(&self) -> impl Future<Output = Result<Vec<AgentRow>, RequestError>> + Send;
    /// An agent's config; none if there is no such agent.
    fn settings(&self, agent: &AgentId) -> impl Future<Output = Result<Option<SettingsRow>, RequestError>> + Send;
    /// An agent's platforms; none if there is no such agent.
    fn platforms(&self, agent: &AgentId)
    -> impl Future<Output = Result<Option<Vec<PlatformRow>>, RequestError>> + Send;
    /// Every entity type that the server lists, those of other orgs included.
    fn entity_types(&self) -> impl Future<Output = Result<Vec<EntityTypeRow>, RequestError>> + Send;
    /// Every relationship type that the server lists, those of other orgs included.
    fn relationship_types(&self) -> impl Future<Output = Result<Vec<RelationshipTypeRow>, RequestError>> + Send;
    /// The rules of a relationship type of this org.
    fn rules(&self, slug: &TypeSlug) -> impl Future<Output = Result<Vec<RuleRow>, RequestError>> + Send;
}

/// What may be sent to an org. Only an execution is handed this.
pub trait OrgWrite: OrgRead {
    /// Makes an agent, or finds that it is there.
    fn create_agent(&self, write: &AgentCreate) -> impl Future<Output = Result<AgentCreated, RequestError>> + Send;
    /// Changes name or description.
    fn update_agent(&self, write: &AgentPatch) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Replaces members of an agent's config.
    fn patch_settings(&self, write: &SettingsPatch) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Makes or changes a platform.
    fn put_platform(&self, write: &PlatformPut) -> impl Future<Output = Result<PlatformStored, RequestError>> + Send;
    /// Makes an entity type.
    fn create_entity_type(&self, write: &EntityTypeWrite) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Changes an entity type.
    fn update_entity_type(&self, write: &EntityTypeWrite) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Makes a relationship type.
    fn create_relationship_type(
        &self,
        write: &RelationshipTypeWrite,
    ) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Changes a relationship type.
    fn update_relationship_type(
        &self,
        write: &RelationshipTypeWrite,
    ) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Adds a rule to a relationship type.
    fn add_rule(&self, slug: &TypeSlug, rule: &Rule) -> impl Future<Output = Result<(), RequestError>> + Send;
    /// Removes a rule by the server's id.
    fn remove_rule(&self, id: &Json) -> impl Future<Output = Result<(), RequestError>> + Send;
}
