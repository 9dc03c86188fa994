use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};

use serde_json::{Map, Value as Json};

use crate::model::SecretName;
use crate::org::{
    Request, RequestError, SecretAction, SecretBatch, SecretChange, SecretResult, SecretsListing, SecretsRead,
    SecretsWrite,
};
use crate::push::{PushPlan, PushRow, RowState, Seen, Wanted};
use crate::secrets::expose::expose;
use crate::secrets::{Fingerprint, Salt, SecretValue, SourceValues, SourceWord};
use crate::wire::{SecretRow, ServerError};

pub(super) fn name(text: &str) -> SecretName {
    SecretName::parse(text).unwrap()
}

pub(super) fn names(texts: &[&str]) -> BTreeSet<SecretName> {
    texts.iter().map(|text| name(text)).collect()
}

/// A `.env` with these lines.
pub(super) fn source(pairs: &[(&str, &str)]) -> SourceValues {
    let members: Map<String, Json> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect();
    SourceValues::of_json(".env", SourceWord::Env, &Json::from(members).to_string()).unwrap()
}

/// Names that nothing uses.
pub(super) fn wanted(texts: &[&str]) -> Wanted {
    texts.iter().map(|text| (name(text), Vec::new())).collect()
}

pub(super) fn row(text: &str, state: RowState) -> PushRow {
    PushRow { name: name(text), state, places: Vec::new(), suspicion: None, seen: Seen::default() }
}

pub(super) fn plan(rows: Vec<PushRow>) -> PushPlan {
    PushPlan { rows }
}

pub(super) fn digits(text: &str) -> Fingerprint {
    Fingerprint::parse(text).unwrap()
}

/// A row of the list: salt and fingerprint as the server makes them.
pub(super) fn listed(text: &str, value: &str) -> SecretRow {
    let salt = salt_of(text);
    SecretRow {
        name: text.to_owned(),
        fingerprint: Some(fingerprint(text, value).as_str().to_owned()),
        salt: Some(salt),
        updated_at: Some(1),
        source: Some("env".to_owned()),
        version: Some(version(value)),
    }
}

/// Stands for how many values a secret had: another one for another value.
fn version(value: &str) -> i64 {
    value.bytes().fold(1, |sum, byte| sum * 31 % 1_000_003 + i64::from(byte))
}

pub(super) fn fingerprint(text: &str, value: &str) -> Fingerprint {
    Fingerprint::of(&Salt::parse(&salt_of(text)).unwrap(), &name(text), &SecretValue::new(value)).unwrap()
}

/// One for each name, as long as the server's.
fn salt_of(text: &str) -> String {
    // Two hex digits each: names have ASCII letters only.
    text.bytes()
        .cycle()
        .take(32)
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

pub(super) fn refused(status: u16, code: &str) -> RequestError {
    let server = ServerError { code: Some(code.to_owned()), message: None, structured: true };
    RequestError::Refused { request: request(), status, server }
}

pub(super) fn request() -> Request {
    Request { method: "POST", path: "/api/dev/secrets/manage".to_owned() }
}

type ConcurrentChange = Box<dyn FnOnce(&mut BTreeMap<String, String>) + Send>;

/// What is in the fake org, and what happens to requests.
#[derive(Default)]
pub(super) struct State {
    /// The values by name.
    pub(super) secrets: BTreeMap<String, String>,
    /// How many requests to write came.
    pub(super) writes: usize,
    /// How many times the list was asked for.
    pub(super) reads: usize,
    /// What others do before each request to write is carried out.
    pub(super) meanwhile: VecDeque<ConcurrentChange>,
    /// The answer to every request to write, which is not carried out.
    pub(super) failure: Option<RequestError>,
    /// The answer to every list.
    pub(super) listing: Option<Result<SecretsListing, RequestError>>,
}

/// An org in memory that keeps the rules of `docs/api/secrets.md`: all of a batch or nothing, and 409 and 404 by name.
#[derive(Default)]
pub(super) struct FakeOrg(Mutex<State>);

impl FakeOrg {
    pub(super) fn with(pairs: &[(&str, &str)]) -> Self {
        let org = Self::default();
        org.state().secrets = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        org
    }

    /// Lets others write before the next request that has nothing planned yet.
    pub(super) fn meanwhile(self, change: impl FnOnce(&mut BTreeMap<String, String>) + Send + 'static) -> Self {
        self.state().meanwhile.push_back(Box::new(change));
        self
    }

    pub(super) fn failing(self, error: RequestError) -> Self {
        self.state().failure = Some(error);
        self
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn rows(&self) -> Vec<SecretRow> {
        self.state().secrets.iter().map(|(name, value)| listed(name, value)).collect()
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.state().secrets.get(name).cloned()
    }

    /// How many writes and reads came.
    pub(super) fn requests(&self) -> (usize, usize) {
        let state = self.state();
        (state.writes, state.reads)
    }
}

impl SecretsRead for FakeOrg {
    async fn list_secrets(&self) -> Result<SecretsListing, RequestError> {
        self.state().reads += 1;
        let listing = self.state().listing.clone();
        listing.unwrap_or_else(|| Ok(SecretsListing::Listed(self.rows())))
    }
}

impl SecretsWrite for FakeOrg {
    async fn manage_secrets(&self, batch: &SecretBatch<'_>) -> Result<Vec<SecretResult>, RequestError> {
        let mut state = self.state();
        state.writes += 1;
        if let Some(change) = state.meanwhile.pop_front() {
            change(&mut state.secrets);
        }
        if let Some(error) = state.failure.clone() {
            return Err(error);
        }
        let mut secrets = state.secrets.clone();
        let results: Result<Vec<_>, RequestError> =
            batch.actions.iter().map(|action| act(&mut secrets, action)).collect();
        state.secrets = if results.is_ok() { secrets } else { std::mem::take(&mut state.secrets) };
        results
    }
}

fn act(secrets: &mut BTreeMap<String, String>, action: &SecretAction<'_>) -> Result<SecretResult, RequestError> {
    let name = action.name();
    let before = secrets.get(name.as_str()).cloned();
    let (change, now) = match (action, before) {
        (SecretAction::Create { .. }, Some(_)) => return Err(refused(409, "already_exists")),
        (SecretAction::Rotate { .. } | SecretAction::Delete { .. }, None) => return Err(refused(404, "not_found")),
        (SecretAction::Rotate { if_version: Some(wanted), .. }, Some(before)) if *wanted != version(&before) => {
            return Err(refused(409, "changed"));
        }
        (SecretAction::Create { value, .. }, None) => (SecretChange::Created, expose(value).to_owned()),
        (SecretAction::Rotate { value, .. }, Some(before)) if before == expose(value) => {
            (SecretChange::Unchanged, before)
        }
        (SecretAction::Rotate { value, .. }, Some(_)) => (SecretChange::Rotated, expose(value).to_owned()),
        (SecretAction::Delete { .. }, Some(before)) => (SecretChange::Deleted, before),
    };
    let shown = fingerprint(name.as_str(), &now);
    let previous = secrets.get(name.as_str()).map(|before| fingerprint(name.as_str(), before));
    let previous = previous.filter(|_| change == SecretChange::Rotated);
    if change == SecretChange::Deleted {
        secrets.remove(name.as_str());
    } else {
        secrets.insert(name.to_string(), now);
    }
    Ok(SecretResult { name: name.clone(), change, fingerprint: Some(shown), previous })
}
