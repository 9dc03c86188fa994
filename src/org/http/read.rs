use crate::model::{AgentId, TypeSlug};
use crate::org::{OrgRead, PlatformsProbe, RequestError, SecretsProbe};
use crate::wire::{
    AgentRow, EntityTypeRow, Health, Json, PlatformRow, RelationshipTypeRow, RuleRow, ServerError, SettingsRow,
    ShapeError, agents_answer, entity_types_answer, platforms_answer, relationship_types_answer, rules_answer,
    settings_answer,
};

use super::HttpOrg;
use super::client::Call;
use super::encode::{list_call, schema_call};

impl HttpOrg {
    /// Sends a read and decodes its answer.
    async fn fetch<T>(
        &self,
        call: &Call,
        decode: impl FnOnce(&Json) -> Result<T, ShapeError>,
    ) -> Result<T, RequestError> {
        self.transport.send(call).await?.read(decode)
    }

    /// Sends a read below an agent; none if there is no such agent.
    async fn fetch_below<T>(
        &self,
        agent: &AgentId,
        what: &str,
        decode: impl FnOnce(&Json) -> Result<T, ShapeError>,
    ) -> Result<Option<T>, RequestError> {
        let call = self.get(&["api", self.org.as_str(), "agents", agent.as_str(), what])?;
        match self.fetch(&call, decode).await {
            Ok(rows) => Ok(Some(rows)),
            Err(RequestError::Refused { status: 404, server, .. }) if is_missing_agent(&server) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a 404 is about the agent: it has an `error` member, which is not that of an unknown org (org-api 5.1).
pub(super) fn is_missing_agent(server: &ServerError) -> bool {
    (server.message.is_some() || server.code.is_some()) && server.code.as_deref() != Some("invalid_request")
}

impl OrgRead for HttpOrg {
    async fn health(&self) -> Result<Health, RequestError> {
        self.health.get_or_try_init(|| self.ask_health()).await.cloned()
    }

    async fn probe_platforms(&self, agent: &AgentId) -> Result<PlatformsProbe, RequestError> {
        self.ask_platforms(agent).await
    }

    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        self.ask_secrets().await
    }

    async fn agents(&self) -> Result<Vec<AgentRow>, RequestError> {
        let call = self.get(&["api", self.org.as_str(), "agents"])?;
        self.fetch(&call, agents_answer).await
    }

    async fn settings(&self, agent: &AgentId) -> Result<Option<SettingsRow>, RequestError> {
        self.fetch_below(agent, "config", settings_answer).await
    }

    async fn platforms(&self, agent: &AgentId) -> Result<Option<Vec<PlatformRow>>, RequestError> {
        self.fetch_below(agent, "platforms", platforms_answer).await
    }

    async fn entity_types(&self) -> Result<Vec<EntityTypeRow>, RequestError> {
        let call = self.schema(list_call("entity_type"))?.read();
        self.fetch(&call, entity_types_answer).await
    }

    async fn relationship_types(&self) -> Result<Vec<RelationshipTypeRow>, RequestError> {
        let call = self.schema(list_call("relationship_type"))?.read();
        self.fetch(&call, relationship_types_answer).await
    }

    async fn rules(&self, slug: &TypeSlug) -> Result<Vec<RuleRow>, RequestError> {
        let call = self.schema(schema_call("relationship_type", "list_rules", slug))?.read();
        self.fetch(&call, rules_answer).await
    }
}
