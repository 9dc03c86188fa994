use std::collections::BTreeMap;

use crate::schema::{Generation, Kind, Record, Records, ResourceKey, SecretsMode, ServerTraits};
use crate::wire::Health;

use super::{HiddenValues, SecretsProbe};

/// The generation that `/health` tells of; none for a server that is not known.
pub fn generation_of(health: &Health) -> Option<Generation> {
    match (health.service.as_str(), health.implementation.as_deref()) {
        ("lobu-api", Some("lobu-rs")) => Some(Generation::Ours),
        ("lobu-api", _) => Some(Generation::Second),
        ("owletto-api", _) => Some(Generation::First),
        _ => None,
    }
}

impl SecretsProbe {
    /// How secret values reach a server that gave this answer.
    pub fn mode(&self) -> SecretsMode {
        match self {
            Self::Present(_) => SecretsMode::References,
            Self::Missing => SecretsMode::Values,
            Self::Unknown { .. } => SecretsMode::Unknown,
        }
    }
}

/// An org as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualState {
    /// What the server is.
    pub server: ServerTraits,
    /// What the org knows of secrets.
    pub secrets: SecretsProbe,
    /// What it has, by kind; a kind that was not read is not there. What is read by agent is there for some agents only.
    pub records: BTreeMap<Kind, Records>,
    /// What was found out about values that it hides.
    pub hidden: HiddenValues,
}

impl ActualState {
    /// The record of a resource.
    pub fn record(&self, key: &ResourceKey) -> Option<&Record> {
        self.records.get(&key.kind)?.get(&key.id)
    }

    /// The records of a kind; none of a kind that was not read.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = (&str, &Record)> {
        self.records.get(&kind).into_iter().flat_map(|records| &records.own).map(|(id, record)| (id.as_str(), record))
    }

    /// The records of a kind that belong to an agent by the first part of their ids, in the server's order.
    pub fn below(&self, kind: Kind, agent: &str) -> Vec<(&str, &Record)> {
        self.records.get(&kind).map(|records| records.below(agent)).unwrap_or_default()
    }
}
