use lobu::org::{Condition, OrgWrite, Request, RequestError, Stored, Written};
use lobu::schema::kinds::{AGENT, PLATFORM, SETTINGS};
use lobu::schema::{Api, Change, Clearing, Field, Form, Kind, Leaf, Owner, Pair, ResourceKey, Sent, Shape, StoredPair};
use lobu::wire::Json;
use serde_json::json;

use super::MemoryOrg;
use super::faults::refused;
use super::org::request;
use super::read::answer;
use super::store::{Store, StoredResource};

/// The time of every request that stamps what it stores, in milliseconds: a fixed one.
const NOW: i64 = 1_767_225_600_000;

impl OrgWrite for MemoryOrg {
    async fn create(&self, sent: &Sent, _: Condition) -> Result<Written, RequestError> {
        let request = request("create", &sent.key);
        self.write(&request, |store| match (&sent.key.kind.table().api, store.find(&sent.key)) {
            (Api::Tool(_), Some(_)) => Err(refused(&request, 409, "exists", "already exists")),
            (Api::Routes(_), Some(stored)) if !is_put(sent.key.kind) => {
                let row = self.row(&sent.key, stored);
                let record = answer(sent.key.kind, vec![row]).pop().expect("the one that was asked for");
                Ok(Stored::Existed(Box::new(record)))
            }
            _ => self.put(store, &request, sent),
        })
        .await
        .map(Written::from)
    }

    async fn update(&self, sent: &Sent, _: Condition) -> Result<Written, RequestError> {
        let request = request("update", &sent.key);
        self.write(&request, |store| {
            if store.find(&sent.key).is_none() && !is_put(sent.key.kind) {
                return Err(refused(&request, 404, "not_found", "no such resource"));
            }
            self.put(store, &request, sent)
        })
        .await
        .map(Written::from)
    }

    async fn add_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        pair: &Pair,
    ) -> Result<Option<u64>, RequestError> {
        let request = request("add a pair to", key);
        self.write(&request, |store| {
            let handle = store.last_handle + 1;
            let Some(stored) = store.of_mut(key.kind).get_mut(&key.id) else {
                return Err(refused(&request, 404, "not_found", "no such resource"));
            };
            let added = (field.name, pair.clone());
            if stored.pairs.values().any(|other| *other == added) {
                return Err(refused(&request, 409, "rule_exists", "a rule already exists"));
            }
            stored.pairs.insert(handle, added);
            store.last_handle = handle;
            Ok(None)
        })
        .await
    }

    async fn remove_pair(
        &self,
        key: &ResourceKey,
        _field: &'static Field,
        pair: &StoredPair,
    ) -> Result<Option<u64>, RequestError> {
        let request = request("remove a pair of", key);
        self.write(&request, |store| {
            // The request names the pair and nothing else.
            let handle = pair.handle.as_i64().unwrap_or_default();
            let removed = store.of_mut(key.kind).values_mut().find_map(|stored| stored.pairs.remove(&handle));
            removed.map(|_| None).ok_or_else(|| refused(&request, 404, "rule_not_found", "no such rule"))
        })
        .await
    }
}

/// Whether a resource is made by the request that changes it.
fn is_put(kind: Kind) -> bool {
    matches!(&kind.table().api, Api::Routes(routes) if routes.create.id.is_none())
}

impl MemoryOrg {
    /// Stores what was sent.
    fn put(&self, store: &mut Store, request: &Request, sent: &Sent) -> Result<Stored, RequestError> {
        let key = &sent.key;
        check_owner(store, request, key)?;
        let before = store.find(key);
        let mut stored = match before {
            Some(before) => kept(key.kind, before),
            None => fresh(key.kind),
        };
        for (field, change) in sent.fields.iter() {
            match change {
                Change::Clear if field.required || field.clearing == Clearing::Never => {
                    return Err(refused(request, 422, "invalid_request", "it always has a value"));
                }
                Change::Clear => {
                    stored.fields.as_object_mut().expect("an object").remove(field.name);
                }
                // No answer ever has it.
                Change::Set(_) if matches!(field.shape, Shape::Leaf(Leaf::SentOnly)) => {}
                Change::Set(value) => {
                    let now = before.map(|before| &before.fields[field.name]);
                    let mut json = self.encoder(request).json(field, value, now.filter(|now| !now.is_null()))?;
                    stamp(field, &mut json);
                    check_value(store, request, key, field, &json, now)?;
                    stored.fields[field.name] = json;
                }
            }
        }
        let lacks = |field: &&Field| stored.fields[field.name].as_str().is_none_or(str::is_empty);
        if let Some(field) = texts(key.kind).filter(|field| field.required).find(lacks) {
            return Err(refused(request, 422, "invalid_request", &format!("a {} is needed", field.name)));
        }
        add_own(key.kind, &mut stored.fields);
        let is_same = key.kind.restarts && before == Some(&stored);
        let is_new = before.is_none();
        store.of_mut(key.kind).insert(key.id.clone(), stored);
        if is_new && key.kind == AGENT {
            store.put(SETTINGS, &key.id, self.injected());
        }
        Ok(match (is_new, is_same) {
            (true, _) => Stored::Created,
            (false, true) => Stored::Unchanged,
            (false, false) => Stored::Updated,
        })
    }

    /// What the server puts into the config of every new agent.
    fn injected(&self) -> Json {
        let url = format!("http://localhost:8787/mcp/{}", self.org);
        json!({
            "mcpServers": {"lobu-memory": {"url": url, "type": "streamable-http"}},
            "preApprovedTools": ["/mcp/lobu-memory/tools/*"],
        })
    }
}

/// What the server adds to a resource by itself.
fn add_own(kind: Kind, fields: &mut Json) {
    if kind == PLATFORM && fields["settings"]["allowGroups"].is_null() {
        fields["settings"]["allowGroups"] = json!(true);
    }
}

fn texts(kind: Kind) -> impl Iterator<Item = &'static Field> {
    kind.table().fields.iter().filter(|field| matches!(field.shape, Shape::Leaf(Leaf::Text)))
}

/// What a request leaves of a resource: where it carries all of it, only what no request must carry.
fn kept(kind: Kind, before: &StoredResource) -> StoredResource {
    let mut kept = before.clone();
    if kind.is_sent_whole {
        let is_kept = |name: &str| kind.field(name).is_some_and(|field| matches!(field.shape, Shape::Leaf(Leaf::Kept)));
        kept.fields.as_object_mut().expect("an object").retain(|name, _| is_kept(name));
    }
    kept
}

/// A new resource with the server's defaults.
fn fresh(kind: Kind) -> StoredResource {
    let mut stored = StoredResource::default();
    for field in kind.fields {
        if let Some(text) = field.default {
            stored.fields[field.name] = match field.form {
                Form::Number { .. } => json!(text.parse::<i64>().expect("a number")),
                _ => json!(text),
            };
        } else if matches!((field.shape, field.clearing), (Shape::Leaf(Leaf::Flag), Clearing::Never)) {
            stored.fields[field.name] = json!(false);
        }
    }
    stored
}

/// The agent of a resource must be there, and the id that it begins with the agent's is its own among all agents.
fn check_owner(store: &Store, request: &Request, key: &ResourceKey) -> Result<(), RequestError> {
    let Some(agent) = key.agent().filter(|_| key.kind != AGENT) else { return Ok(()) };
    let others = store.of(key.kind).map(|(id, _)| ResourceKey::new(key.kind, id.as_str()));
    let is_taken = |other: &ResourceKey| other.own_id() == key.own_id() && other.agent() != Some(agent);
    if key.kind.owner == Owner::FirstPart && others.into_iter().any(|other| is_taken(&other)) {
        return Err(refused(request, 409, "platform_exists", "Stable ID already used by a different agent"));
    }
    let found = store.find(&ResourceKey::new(AGENT, agent));
    found.map(drop).ok_or_else(|| refused(request, 404, "agent_not_found", "Agent not found"))
}

fn check_value(
    store: &Store,
    request: &Request,
    key: &ResourceKey,
    field: &Field,
    json: &Json,
    now: Option<&Json>,
) -> Result<(), RequestError> {
    if field.create_only && now.is_some_and(|now| now != json) {
        return Err(refused(request, 422, "immutable_field", &format!("{} can't change", field.name)));
    }
    let linked = json.as_str().map(|id| ResourceKey::new(key.kind, id)).filter(|_| field.shape.is_link());
    if linked.is_some_and(|linked| store.find(&linked).is_none()) {
        return Err(refused(request, 422, "inverse_not_found", "no such inverse"));
    }
    Ok(())
}

/// Entries without a time are stamped.
fn stamp(field: &Field, json: &mut Json) {
    let Shape::Keyed(keyed) = field.shape else { return };
    for entry in json.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        if let Some(name) = keyed.stamp {
            entry.entry(name).or_insert(json!(NOW));
        }
    }
}
