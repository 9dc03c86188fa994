//! The real client with a write that fails on purpose.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lobu::model::AgentId;
use lobu::org::http::HttpOrg;
use lobu::org::{
    Cause, Condition, HiddenLiteral, HiddenValues, OrgRead, OrgWrite, Outcome, PlatformsProbe, Request, RequestError,
    SecretsProbe, Written,
};
use lobu::schema::{Field, Kind, Pair, ResourceKey, Sent, StoredPair};
use lobu::wire::{Health, Json, ServerError, WireRecord};

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
    async fn records(&self, kind: Kind) -> Result<Vec<WireRecord>, RequestError> {
        self.org.records(kind).await
    }
    async fn records_of(&self, kind: Kind, agent: &AgentId) -> Result<Option<Vec<WireRecord>>, RequestError> {
        self.org.records_of(kind, agent).await
    }
    async fn pairs(&self, key: &ResourceKey, field: &'static Field) -> Result<Vec<StoredPair>, RequestError> {
        self.org.pairs(key, field).await
    }
    async fn apart(&self, key: &ResourceKey, field: &'static Field) -> Result<Option<Json>, RequestError> {
        self.org.apart(key, field).await
    }
    async fn compare(&self, literals: &[HiddenLiteral]) -> Result<HiddenValues, RequestError> {
        self.org.compare(literals).await
    }
}

impl OrgWrite for FailingOrg {
    async fn create(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        self.write(self.org.create(sent, condition)).await
    }
    async fn update(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        self.write(self.org.update(sent, condition)).await
    }
    async fn add_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        pair: &Pair,
    ) -> Result<Option<u64>, RequestError> {
        self.write(self.org.add_pair(key, field, pair)).await
    }
    async fn remove_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        stored: &StoredPair,
    ) -> Result<Option<u64>, RequestError> {
        self.write(self.org.remove_pair(key, field, stored)).await
    }
}
