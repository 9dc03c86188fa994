use std::sync::Arc;

use reqwest::Method;

use crate::model::{AgentId, OrgSlug, TypeSlug};
use crate::org::{OrgError, OrgRead, PlatformsProbe, Request, SecretsProbe};
use crate::wire::{
    AgentRow, EntityTypeRow, Health, Json, PlatformRow, RelationshipTypeRow, RuleRow, ServerError, SettingsRow,
    ShapeError, agents_answer, entity_types_answer, platforms_answer, relationship_types_answer, rules_answer,
    settings_answer,
};

use super::encode::{Sending, list_call, plain_body, schema_call};
use super::transport::{Call, Transport};
use super::{Endpoint, HttpOrgBuilder, Statistics};

/// An org on a server: one pool of connections to one origin, with one token (org-api 5).
///
/// Clones share the pool, the limits and the counters.
#[derive(Clone)]
pub struct HttpOrg {
    pub(super) transport: Arc<Transport>,
    pub(super) sending: Arc<Sending>,
}

impl HttpOrg {
    /// Starts a client for an org at an endpoint.
    pub fn builder(endpoint: Endpoint, org: OrgSlug) -> HttpOrgBuilder {
        HttpOrgBuilder::new(endpoint, org)
    }

    /// The same org, with what writes are filled with.
    #[must_use]
    pub fn sending(&self, sending: Sending) -> Self {
        Self { transport: Arc::clone(&self.transport), sending: Arc::new(sending) }
    }

    /// What was sent and received so far, by all clones.
    pub fn statistics(&self) -> Statistics {
        self.transport.statistics()
    }

    /// A call of the schema tool, named by its action in errors.
    pub(super) fn schema(&self, members: serde_json::Map<String, Json>) -> Result<Call, OrgError> {
        let part = |name: &str| members.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let name = format!("{} {}", part("schema_type"), part("action"));
        self.schema_body(&name, plain_body(members))
    }

    /// A call of the schema tool with a body that is ready.
    pub(super) fn schema_body(&self, name: &str, body: super::encode::Body) -> Result<Call, OrgError> {
        let segments = ["api", self.transport.org.as_str(), "manage_entity_schema"];
        let mut call = self.transport.with_body(&Method::POST, &segments, body)?;
        call.request.path = format!("{} ({name})", call.request.path);
        Ok(call)
    }

    /// Sends a read and decodes its answer.
    async fn fetch<T>(&self, call: &Call, decode: impl FnOnce(&Json) -> Result<T, ShapeError>) -> Result<T, OrgError> {
        let answer = self.transport.send(call).await?;
        decode(&answer.json).map_err(|error| OrgError::shape(call.request.clone(), answer.status, &error))
    }

    /// Sends a read below an agent; none if there is no such agent.
    async fn fetch_below<T>(
        &self,
        agent: &AgentId,
        what: &str,
        decode: impl FnOnce(&Json) -> Result<T, ShapeError>,
    ) -> Result<Option<T>, OrgError> {
        let call = self.transport.get(&["api", self.transport.org.as_str(), "agents", agent.as_str(), what])?;
        match self.fetch(&call, decode).await {
            Ok(rows) => Ok(Some(rows)),
            Err(OrgError::Refused { status: 404, server, .. }) if is_missing_agent(&server) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a 404 is about the agent: it has an `error` member, which is not that of an unknown org (org-api 5.1).
pub(super) fn is_missing_agent(server: &ServerError) -> bool {
    (server.message.is_some() || server.code.is_some()) && server.code.as_deref() != Some("invalid_request")
}

impl OrgRead for HttpOrg {
    async fn health(&self) -> Result<Health, OrgError> {
        self.transport.health.get_or_try_init(|| self.ask_health()).await.cloned()
    }

    async fn probe_platforms(&self, agent: &AgentId) -> Result<PlatformsProbe, OrgError> {
        self.ask_platforms(agent).await
    }

    async fn probe_secrets(&self) -> Result<SecretsProbe, OrgError> {
        self.ask_secrets().await
    }

    async fn agents(&self) -> Result<Vec<AgentRow>, OrgError> {
        let call = self.transport.get(&["api", self.transport.org.as_str(), "agents"])?;
        self.fetch(&call, agents_answer).await
    }

    async fn settings(&self, agent: &AgentId) -> Result<Option<SettingsRow>, OrgError> {
        self.fetch_below(agent, "config", settings_answer).await
    }

    async fn platforms(&self, agent: &AgentId) -> Result<Option<Vec<PlatformRow>>, OrgError> {
        self.fetch_below(agent, "platforms", platforms_answer).await
    }

    async fn entity_types(&self) -> Result<Vec<EntityTypeRow>, OrgError> {
        let call = self.schema(list_call("entity_type"))?.read();
        self.fetch(&call, entity_types_answer).await
    }

    async fn relationship_types(&self) -> Result<Vec<RelationshipTypeRow>, OrgError> {
        let call = self.schema(list_call("relationship_type"))?.read();
        self.fetch(&call, relationship_types_answer).await
    }

    async fn rules(&self, slug: &TypeSlug) -> Result<Vec<RuleRow>, OrgError> {
        let call = self.schema(schema_call("relationship_type", "list_rules", slug))?.read();
        self.fetch(&call, rules_answer).await
    }
}

/// The request of an error about an answer that came.
pub(super) fn shape(request: &Request, status: u16, path: &str, expected: &'static str) -> OrgError {
    let error = ShapeError { path: path.to_owned(), expected, found: "missing" };
    OrgError::shape(request.clone(), status, &error)
}
