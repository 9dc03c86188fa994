use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{ProjectMark, Value};

use super::field::{ByField, Field};

/// What the org has of the fields of a resource; what is not there is null or missing.
pub type Values = ByField<Value>;

/// A resource as the org has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Its fields.
    pub values: Values,
    /// The pairs of its fields that are such, where they were read.
    pub pairs: ByField<Vec<StoredPair>>,
    /// Its place in the server's answer.
    pub position: usize,
    /// The number of its last change, where the server gives one.
    pub version: Option<u64>,
    /// The project that changed it last, where the server tells.
    pub applied_by: Option<ProjectMark>,
}

impl Record {
    /// The value of a field, none where nothing is there.
    pub fn value(&self, field: &'static Field) -> Option<&Value> {
        self.values.get(field).filter(|value| **value != Value::Null)
    }

    /// The literal text of a field.
    pub fn text(&self, field: &'static Field) -> Option<&str> {
        self.value(field)?.literal()
    }

    /// The pairs of a field, none where they were not read.
    pub fn pairs(&self, field: &'static Field) -> &[StoredPair] {
        self.pairs.get(field).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The resources of a kind that an org has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// The org's own, by id.
    pub own: BTreeMap<String, Record>,
    /// Those that its lists show and other orgs own, with their orgs.
    pub foreign: BTreeMap<String, String>,
    /// The ids of those that it has archived.
    pub archived: BTreeSet<String>,
}

impl Records {
    /// The record of an id.
    pub fn get(&self, id: &str) -> Option<&Record> {
        self.own.get(id)
    }

    /// The records that belong to an agent by the first part of their id, in the server's order, with their ids.
    pub fn below<'own>(&'own self, agent: &str) -> Vec<(&'own str, &'own Record)> {
        let prefix = format!("{agent}/");
        let from = self.own.range(prefix.clone()..);
        let mut found: Vec<_> =
            from.take_while(|(id, _)| id.starts_with(&prefix)).map(|(id, record)| (id.as_str(), record)).collect();
        found.sort_by_key(|(_, record)| record.position);
        found
    }
}

/// Two resources that belong together: which entity types a relationship may join.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The id of the first.
    pub first: String,
    /// The id of the second.
    pub second: String,
}

impl Pair {
    /// Reads pairs from a declared list of lists of two texts; what has another form is none.
    pub fn list(value: &Value) -> Vec<Self> {
        let pair = |element: &Value| match element.as_list()? {
            [first, second] => Some(Self { first: first.literal()?.to_owned(), second: second.literal()?.to_owned() }),
            _ => None,
        };
        value.as_list().unwrap_or_default().iter().filter_map(pair).collect()
    }

    /// The pair as an element of a declared list.
    pub fn to_value(&self) -> Value {
        Value::known_list([self.first.clone(), self.second.clone()])
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} → {}", self.first, self.second)
    }
}

/// A pair that the org has, with what removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPair {
    /// The server's id: a number on known servers.
    pub handle: serde_json::Value,
    /// What it joins.
    pub pair: Pair,
}
