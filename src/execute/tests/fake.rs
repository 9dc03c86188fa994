//! An org in which every write takes a while, and which notes what starts and what ends.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::channel::oneshot;
use serde_json::json;

use crate::model::AgentId;
use crate::org::{
    Cause, Condition, HiddenLiteral, HiddenValues, OrgRead, OrgWrite, Outcome, PlatformsProbe, Request, RequestError,
    SecretsProbe, Stored, Written,
};
use crate::schema::kinds::SETTINGS;
use crate::schema::{Field, Kind, Pair, ResourceKey, Sent, StoredPair};
use crate::wire::{Health, Json, ServerError, WireRecord};

/// What the fake does instead of succeeding.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Refuse(u16, &'static str),
    /// No chat manager.
    Unavailable,
    /// Refused after an attempt whose answer was lost.
    RefuseAfterLost(u16),
    Lose,
    Exists(WireRecord),
    Noop,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) log: Vec<String>,
    pub(super) in_flight: usize,
    pub(super) most_in_flight: usize,
    pub(super) interrupts: Option<(String, oneshot::Sender<()>)>,
    pub(super) sent: Vec<Sent>,
    pub(super) made: Vec<(Kind, WireRecord)>,
    pub(super) conditions: Vec<Condition>,
}

/// An org in which every write takes a while.
#[derive(Debug, Default)]
pub(super) struct Fake {
    pub(super) faults: BTreeMap<String, Fault>,
    pub(super) settings: Option<WireRecord>,
    /// What lists of a kind have; those of the others have what was made.
    pub(super) records: BTreeMap<Kind, Vec<WireRecord>>,
    /// Whether no list can be read.
    pub(super) is_unreadable: bool,
    pub(super) pairs: Vec<StoredPair>,
    /// The version that a create gives.
    pub(super) version: Option<u64>,
    pub(super) state: Mutex<State>,
}

fn request() -> Request {
    Request { method: "PUT", path: "x".to_owned() }
}

impl Fake {
    pub(super) fn with(faults: &[(&str, Fault)]) -> Self {
        let faults = faults.iter().map(|(label, fault)| ((*label).to_owned(), fault.clone())).collect();
        Self { faults, ..Self::default() }
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.state.lock().unwrap().log.clone()
    }

    /// The labels of what was sent, in order.
    pub(super) fn sent(&self) -> Vec<String> {
        self.log().iter().filter_map(|line| line.strip_prefix("+ ").map(str::to_owned)).collect()
    }

    /// Where a line stands in the log.
    #[track_caller]
    pub(super) fn at(&self, line: &str) -> usize {
        let log = self.log();
        log.iter().position(|other| other == line).unwrap_or_else(|| panic!("no {line} in {log:?}"))
    }

    pub(super) fn begin(&self, label: &str) {
        let mut state = self.state.lock().unwrap();
        state.log.push(format!("+ {label}"));
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        if let Some((_, sender)) = state.interrupts.take_if(|(at, _)| at == label) {
            sender.send(()).unwrap();
        }
    }

    pub(super) async fn write(&self, label: &str) -> Result<Option<Fault>, RequestError> {
        self.begin(label);
        // Longer ids take longer, so that what starts together does not end together.
        for _ in 0..label.len() * 3 {
            tokio::task::yield_now().await;
        }
        let mut state = self.state.lock().unwrap();
        state.in_flight -= 1;
        state.log.push(format!("- {label}"));
        match self.faults.get(label) {
            Some(Fault::Refuse(status, message)) => Err(refused(*status, message)),
            Some(Fault::Unavailable) => {
                Err(RequestError::Unavailable { request: request(), server: ServerError::default() })
            }
            Some(Fault::RefuseAfterLost(status)) => {
                Err(RequestError::AfterLost { error: Box::new(refused(*status, "no")) })
            }
            Some(Fault::Lose) => Err(RequestError::NoAnswer {
                request: request(),
                cause: Cause::Cut,
                what: "cut".to_owned(),
                outcome: Outcome::Unknown,
            }),
            other => Ok(other.cloned()),
        }
    }
}

fn refused(status: u16, message: &str) -> RequestError {
    let server = ServerError { message: Some(message.to_owned()), ..ServerError::default() };
    RequestError::Refused { request: request(), status, server }
}

fn unread<T>() -> Result<T, RequestError> {
    Err(RequestError::NotSent { request: request(), what: "an execution does not read this".to_owned() })
}

impl OrgRead for Fake {
    async fn compare(&self, _: &[HiddenLiteral]) -> Result<HiddenValues, RequestError> {
        unread()
    }
    async fn health(&self) -> Result<Health, RequestError> {
        unread()
    }
    async fn probe_platforms(&self, _: &AgentId) -> Result<PlatformsProbe, RequestError> {
        unread()
    }
    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        unread()
    }
    async fn records(&self, kind: Kind) -> Result<Vec<WireRecord>, RequestError> {
        if self.is_unreadable {
            return unread();
        }
        if let Some(records) = self.records.get(&kind) {
            return Ok(records.clone());
        }
        let state = self.state.lock().unwrap();
        Ok(state.made.iter().filter(|(of, _)| *of == kind).map(|(_, record)| record.clone()).collect())
    }
    async fn records_of(&self, kind: Kind, agent: &AgentId) -> Result<Option<Vec<WireRecord>>, RequestError> {
        if kind != SETTINGS {
            return self.records(kind).await.map(Some);
        }
        self.write(&format!("read {agent}")).await?;
        Ok(self.settings.clone().map(|settings| vec![settings]))
    }
    async fn apart(&self, _: &ResourceKey, _: &'static Field) -> Result<Option<Json>, RequestError> {
        unread()
    }
    async fn pairs(&self, _: &ResourceKey, _: &'static Field) -> Result<Vec<StoredPair>, RequestError> {
        Ok(self.pairs.clone())
    }
}

/// How the log calls a request about a resource.
fn label(sent: &Sent) -> String {
    let key = &sent.key;
    let is_link = sent.fields.iter().any(|(field, _)| field.shape.is_link());
    let what = if is_link { "link" } else { key.kind.word.split('-').next().unwrap() };
    format!("{what} {}", key.own_id())
}

impl OrgWrite for Fake {
    async fn create(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        self.state.lock().unwrap().sent.push(sent.clone());
        self.state.lock().unwrap().conditions.push(condition);
        if let Some(Fault::Exists(record)) = self.write(&label(sent)).await? {
            return Ok(Stored::Existed(Box::new(record)).into());
        }
        let name = sent.key.kind.field("name").filter(|name| sent.value(name).is_some());
        let members = name.map(|name| (name, json!("Name"))).into_iter().collect();
        let record = WireRecord { id: sent.key.own_id().to_owned(), members, ..WireRecord::default() };
        self.state.lock().unwrap().made.push((sent.key.kind, record));
        Ok(Written { stored: Stored::Created, version: self.version })
    }
    async fn update(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        self.state.lock().unwrap().conditions.push(condition);
        Ok(match self.write(&label(sent)).await? {
            Some(Fault::Noop) => Stored::Unchanged.into(),
            _ => Stored::Updated.into(),
        })
    }
    async fn add_pair(&self, key: &ResourceKey, _: &'static Field, pair: &Pair) -> Result<Option<u64>, RequestError> {
        self.write(&format!("rule {} {} {}", key.id, pair.first, pair.second)).await.map(|_| None)
    }
    async fn remove_pair(
        &self,
        _: &ResourceKey,
        _: &'static Field,
        stored: &StoredPair,
    ) -> Result<Option<u64>, RequestError> {
        self.write(&format!("unrule {}", stored.handle)).await.map(|_| None)
    }
}
