//! The real client with a write that fails on purpose.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lobu::model::{AgentId, Rule, TypeSlug};
use lobu::org::http::HttpOrg;
use lobu::org::{
    AgentCreate, AgentCreated, AgentPatch, Cause, EntityTypeWrite, OrgRead, OrgWrite, Outcome, PlatformPut,
    PlatformStored, PlatformsProbe, RelationshipTypeWrite, Request, RequestError, SecretsProbe, SettingsPatch,
};
use lobu::wire::{
    AgentRow, EntityTypeRow, Health, Json, PlatformRow, RelationshipTypeRow, RuleRow, ServerError, SettingsRow,
};

use super::memory_org::WriteFault;

/// An org behind the client, which counts its writes and lets one of them fail.
pub(crate) struct FailingOrg {
    org: HttpOrg,
    writes: AtomicUsize,
    fault: Mutex<Option<(usize, WriteFault)>>,
}

impl FailingOrg {
    /// An org without a fault.
    pub(crate) fn new(org: HttpOrg) -> Self {
        Self { org, writes: AtomicUsize::new(0), fault: Mutex::default() }
    }

    /// How many writes were tried.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// Makes the `nth` write from the first on fail, from 1.
    pub(crate) fn fail_write(&self, nth: usize, fault: WriteFault) {
        *self.fault.lock().expect("no test panics here") = Some((nth, fault));
    }

    async fn write<T>(&self, write: impl Future<Output = Result<T, RequestError>> + Send) -> Result<T, RequestError> {
        let nth = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = *self.fault.lock().expect("no test panics here");
        let request = Request { method: "PUT", path: "/on-purpose".to_owned() };
        let lost = RequestError::NoAnswer {
            request: request.clone(),
            cause: Cause::Cut,
            what: "the connection was cut".to_owned(),
            outcome: Outcome::Unknown,
        };
        match fault.filter(|(at, _)| *at == nth) {
            None => write.await,
            Some((_, WriteFault::Refused)) => {
                let server = ServerError { code: None, message: Some("on purpose".to_owned()), structured: true };
                Err(RequestError::Refused { request, status: 422, server })
            }
            Some((_, WriteFault::NeverArrives)) => Err(lost),
            Some((_, WriteFault::AnswerLost)) => {
                write.await?;
                Err(lost)
            }
        }
    }
}

impl OrgRead for FailingOrg {
    async fn health(&self) -> Result<Health, RequestError> {
        self.org.health().await
    }
    async fn probe_platforms(&self, agent: &AgentId) -> Result<PlatformsProbe, RequestError> {
        self.org.probe_platforms(agent).await
    }
    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        self.org.probe_secrets().await
    }
    async fn agents(&self) -> Result<Vec<AgentRow>, RequestError> {
        self.org.agents().await
    }
    async fn settings(&self, agent: &AgentId) -> Result<Option<SettingsRow>, RequestError> {
        self.org.settings(agent).await
    }
    async fn platforms(&self, agent: &AgentId) -> Result<Option<Vec<PlatformRow>>, RequestError> {
        self.org.platforms(agent).await
    }
    async fn entity_types(&self) -> Result<Vec<EntityTypeRow>, RequestError> {
        self.org.entity_types().await
    }
    async fn relationship_types(&self) -> Result<Vec<RelationshipTypeRow>, RequestError> {
        self.org.relationship_types().await
    }
    async fn rules(&self, slug: &TypeSlug) -> Result<Vec<RuleRow>, RequestError> {
        self.org.rules(slug).await
    }
}

impl OrgWrite for FailingOrg {
    async fn create_agent(&self, write: &AgentCreate) -> Result<AgentCreated, RequestError> {
        self.write(self.org.create_agent(write)).await
    }
    async fn update_agent(&self, write: &AgentPatch) -> Result<(), RequestError> {
        self.write(self.org.update_agent(write)).await
    }
    async fn patch_settings(&self, write: &SettingsPatch) -> Result<(), RequestError> {
        self.write(self.org.patch_settings(write)).await
    }
    async fn put_platform(&self, write: &PlatformPut) -> Result<PlatformStored, RequestError> {
        self.write(self.org.put_platform(write)).await
    }
    async fn create_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        self.write(self.org.create_entity_type(write)).await
    }
    async fn update_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        self.write(self.org.update_entity_type(write)).await
    }
    async fn create_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        self.write(self.org.create_relationship_type(write)).await
    }
    async fn update_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        self.write(self.org.update_relationship_type(write)).await
    }
    async fn add_rule(&self, slug: &TypeSlug, rule: &Rule) -> Result<(), RequestError> {
        self.write(self.org.add_rule(slug, rule)).await
    }
    async fn remove_rule(&self, id: &Json) -> Result<(), RequestError> {
        self.write(self.org.remove_rule(id)).await
    }
}
