use lobu::model::AgentId;
use lobu::org::{HiddenLiteral, HiddenValues, OrgRead, PlatformsProbe, RequestError, SecretsProbe};
use lobu::schema::kinds::AGENT;
use lobu::schema::{Clearing, Field, Kind, Leaf, ResourceKey, Shape, StoredPair};
use lobu::wire::{Health, Json, WireRecord, list_route, records_answer};
use serde_json::json;

use super::MemoryOrg;
use super::encode::shown;
use super::faults::refused;
use super::org::request;
use super::store::{Store, StoredResource};

impl OrgRead for MemoryOrg {
    async fn health(&self) -> Result<Health, RequestError> {
        let health = Health {
            service: "lobu-api".to_owned(),
            implementation: Some("lobu-rs".to_owned()),
            version: Some("0.0.0".to_owned()),
            features: vec!["compare".to_owned()],
        };
        Ok(self.read(|_| health).await)
    }

    async fn probe_platforms(&self, _agent: &AgentId) -> Result<PlatformsProbe, RequestError> {
        Ok(self.read(|_| PlatformsProbe::Kept).await)
    }

    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        let names = || SecretsProbe::Present(Some(self.values.keys().cloned().collect()));
        Ok(self.read(|_| if self.secrets_api { names() } else { SecretsProbe::Missing }).await)
    }

    async fn records(&self, kind: Kind) -> Result<Vec<WireRecord>, RequestError> {
        let rows = self.read(|store| {
            // In no order that a plan could count on.
            let rows = store.of(kind).rev().map(|(id, stored)| self.row(&ResourceKey::new(kind, id.as_str()), stored));
            rows.chain(self.own_row(kind)).collect()
        });
        Ok(answer(kind, rows.await))
    }

    async fn records_of(&self, kind: Kind, agent: &AgentId) -> Result<Option<Vec<WireRecord>>, RequestError> {
        let rows = self.read(|store| {
            store.find(&ResourceKey::new(AGENT, agent.as_str()))?;
            let mut rows: Vec<_> = store
                .of(kind)
                .map(|(id, stored)| (ResourceKey::new(kind, id.as_str()), stored))
                .filter(|(key, _)| key.agent() == Some(agent.as_str()))
                .map(|(key, stored)| self.row(&key, stored))
                .collect();
            // An agent always has what its answers show without a list, if only with nothing in it.
            if kind.answer.list.is_none() && rows.is_empty() {
                rows.push(self.row(&ResourceKey::new(kind, agent.as_str()), &StoredResource::default()));
            }
            Some(rows)
        });
        Ok(rows.await.map(|rows| answer(kind, rows)))
    }

    async fn pairs(&self, key: &ResourceKey, field: &'static Field) -> Result<Vec<StoredPair>, RequestError> {
        let pairs = |stored: &StoredResource| {
            let pairs = stored.pairs.iter().filter(|(_, (name, _))| *name == field.name);
            pairs.map(|(handle, (_, pair))| StoredPair { handle: json!(handle), pair: pair.clone() }).collect()
        };
        let found = self.read(|store| store.find(key).map(pairs)).await;
        found.ok_or_else(|| refused(&request("list pairs", key), 404, "not_found", "no such resource"))
    }

    async fn apart(&self, key: &ResourceKey, field: &'static Field) -> Result<Option<Json>, RequestError> {
        let value = |stored: &StoredResource| Some(stored.fields[field.name].clone()).filter(|json| !json.is_null());
        let found = self.read(|store| store.find(key).map(value)).await;
        found.ok_or_else(|| refused(&request("read", key), 404, "not_found", "no such resource"))
    }

    async fn compare(&self, literals: &[HiddenLiteral]) -> Result<HiddenValues, RequestError> {
        let is_equal = |store: &Store, literal: &HiddenLiteral| {
            let fields = store.find(&literal.key).map(|stored| &stored.fields);
            let value = fields
                .and_then(|fields| literal.path.steps().iter().try_fold(fields, |json, step| json.get(step.as_str())));
            value.and_then(Json::as_str) == literal.literal.literal()
        };
        let equal = self.read(|store| literals.iter().map(|literal| is_equal(store, literal)).collect::<Vec<_>>());
        let equal = equal.await;
        Ok(HiddenValues::compared(literals, equal))
    }
}

impl MemoryOrg {
    /// A resource as an answer has it: secrets masked, nothing in the form of the field where there is always an answer.
    pub(super) fn row(&self, key: &ResourceKey, stored: &StoredResource) -> Json {
        let kind = key.kind;
        let mut row = json!({kind.answer.id: key.own_id()});
        if let Some(org) = kind.answer.org {
            row[org] = json!(self.org.as_str());
        }
        if let Some(route) = list_route(kind) {
            row[route.number] = json!(key.id);
        }
        for field in kind.fields.iter().filter(|field| !field.is_apart) {
            let json = match &stored.fields[field.name] {
                Json::Null if kind.answer.list.is_none() => blank(field),
                Json::Null => continue,
                json => with_added(kind, field, shown(field, json), &stored.fields),
            };
            let place = if field.read_from.is_empty() { &[field.name][..] } else { field.read_from };
            *place.iter().fold(&mut row, |row, step| &mut row[*step]) = json;
        }
        row
    }

    /// What the server keeps for itself and lists all the same.
    fn own_row(&self, kind: Kind) -> Option<Json> {
        let prefix = kind.answer.reserved?;
        let mut stored = StoredResource::default();
        for field in kind.fields.iter().filter(|field| field.required) {
            stored.fields[field.name] = json!("Member");
        }
        let mut row = self.row(&ResourceKey::new(kind, format!("{prefix}member")), &stored);
        for name in kind.answer.skipped {
            row[*name] = json!(true);
        }
        Some(row)
    }
}

/// What the client makes of an answer with these.
pub(super) fn answer(kind: Kind, mut rows: Vec<Json>) -> Vec<WireRecord> {
    let json = match kind.answer.list {
        Some(list) => json!({list: rows}),
        None => rows.pop().unwrap_or_default(),
    };
    records_answer(kind, &json).expect("the org answers as a server does")
}

/// The config with the keys that the server adds: each is another field of the resource.
fn with_added(kind: Kind, field: &Field, mut json: Json, fields: &Json) -> Json {
    if let Shape::Config { ignored } = field.shape {
        for key in ignored {
            let added = kind.fields.iter().find(|field| field.sent_as == *key);
            json[*key] = added.map(|field| fields[field.name].clone()).unwrap_or_default();
        }
    }
    json
}

/// What an answer has where nothing is there.
fn blank(field: &Field) -> Json {
    match (field.clearing, field.shape) {
        (_, Shape::Leaf(Leaf::Fallback)) | (Clearing::EmptyObject, _) => json!({}),
        (Clearing::EmptyText, _) => json!(""),
        (Clearing::EmptyList, _) => json!([]),
        _ => Json::Null,
    }
}
