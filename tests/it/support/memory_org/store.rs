//! What the org holds: JSON by kind, id and field, secrets in clear, so that tests can look.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

use lobu::schema::{Kind, Pair, ResourceKey, Shape};
use lobu::wire::Json;
use serde_json::{Map, json};

/// Everything that the org holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Store {
    resources: BTreeMap<Kind, BTreeMap<String, StoredResource>>,
    /// The handle of the pair that was added last.
    pub(super) last_handle: i64,
}

/// A resource of any kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StoredResource {
    /// An object with its fields by name; one that holds nothing is not there.
    pub(super) fields: Json,
    /// Its pairs by handle, each with the name of its field.
    pub(super) pairs: BTreeMap<i64, (&'static str, Pair)>,
}

impl Default for StoredResource {
    fn default() -> Self {
        Self { fields: json!({}), pairs: BTreeMap::new() }
    }
}

impl Store {
    /// Adds a resource, or gives another one its place.
    pub(crate) fn put(&mut self, kind: Kind, id: &str, fields: Json) {
        let resource = StoredResource { fields, ..StoredResource::default() };
        self.of_mut(kind).insert(id.to_owned(), resource);
    }

    /// The pairs of a resource.
    pub(crate) fn pairs(&self, kind: Kind, id: &str) -> Vec<&Pair> {
        let found = self.find(&ResourceKey::new(kind, id));
        found.into_iter().flat_map(|resource| resource.pairs.values()).map(|(_, pair)| pair).collect()
    }

    /// Keeps what fulfils the test, which may change it.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&ResourceKey, &mut Json) -> bool) {
        for (kind, resources) in &mut self.resources {
            resources.retain(|id, resource| keep(&ResourceKey::new(*kind, id.as_str()), &mut resource.fields));
        }
    }

    /// Everything but handles of pairs and times, which differ between runs that come to the same.
    pub(crate) fn content(&self) -> Json {
        let of_kind = |kind: &Kind, resources: &BTreeMap<String, StoredResource>| -> Json {
            resources.iter().map(|(id, resource)| (id.clone(), content(*kind, resource))).collect()
        };
        self.resources.iter().map(|(kind, resources)| (kind.word.to_owned(), of_kind(kind, resources))).collect()
    }

    pub(super) fn find(&self, key: &ResourceKey) -> Option<&StoredResource> {
        self.resources.get(&key.kind)?.get(&key.id)
    }

    pub(super) fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = (&String, &StoredResource)> {
        self.resources.get(&kind).into_iter().flatten()
    }

    pub(super) fn of_mut(&mut self, kind: Kind) -> &mut BTreeMap<String, StoredResource> {
        self.resources.entry(kind).or_default()
    }
}

impl Index<(Kind, &str)> for Store {
    type Output = Json;

    /// The fields of a resource, null where there is none.
    fn index(&self, (kind, id): (Kind, &str)) -> &Json {
        self.find(&ResourceKey::new(kind, id)).map_or(&Json::Null, |resource| &resource.fields)
    }
}

impl IndexMut<(Kind, &str)> for Store {
    fn index_mut(&mut self, (kind, id): (Kind, &str)) -> &mut Json {
        &mut self.of_mut(kind).entry(id.to_owned()).or_default().fields
    }
}

fn content(kind: Kind, resource: &StoredResource) -> Json {
    let mut content = Map::new();
    for field in kind.fields {
        let json = match field.shape {
            Shape::Pairs(_) => pairs_content(field.name, resource),
            _ => without_times(&resource.fields[field.name]),
        };
        content.insert(field.name.to_owned(), json);
    }
    Json::Object(content)
}

fn pairs_content(field: &str, resource: &StoredResource) -> Json {
    let pairs = resource.pairs.values().filter(|(name, _)| *name == field);
    let mut pairs: Vec<_> = pairs.map(|(_, pair)| pair.to_string()).collect();
    pairs.sort();
    json!(pairs)
}

fn without_times(value: &Json) -> Json {
    match value {
        Json::Array(elements) => elements.iter().map(without_times).collect(),
        Json::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "installedAt");
            Json::Object(kept.map(|(name, value)| (name.clone(), without_times(value))).collect())
        }
        other => other.clone(),
    }
}
