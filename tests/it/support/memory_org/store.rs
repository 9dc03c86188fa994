//! What the org holds: plain maps, secrets in clear, so that tests can look.

use std::collections::BTreeMap;

use lobu::wire::{EntityTypeRow, Json};
use serde_json::{Map, json};

/// Everything that the org holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Store {
    /// The agents by id.
    pub(crate) agents: BTreeMap<String, StoredAgent>,
    /// The entity types by slug.
    pub(crate) entity_types: BTreeMap<String, EntityTypeRow>,
    /// The relationship types by slug.
    pub(crate) relationship_types: BTreeMap<String, StoredRelationshipType>,
    /// The id of the last rule that was added.
    pub(super) last_rule: i64,
}

/// An agent with everything below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct StoredAgent {
    /// The name.
    pub(crate) name: String,
    /// The description.
    pub(crate) description: Option<String>,
    /// The members of its config that were set, secrets in clear.
    pub(crate) settings: BTreeMap<String, Json>,
    /// The platforms by id.
    pub(crate) platforms: BTreeMap<String, StoredPlatform>,
}

/// A platform.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct StoredPlatform {
    /// The type.
    pub(crate) platform: String,
    /// The config without its extra key `platform`, secrets in clear.
    pub(crate) config: Map<String, Json>,
    /// What only the web interface sets.
    pub(crate) settings: Map<String, Json>,
}

/// A relationship type.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct StoredRelationshipType {
    /// The name.
    pub(crate) name: String,
    /// The description.
    pub(crate) description: Option<String>,
    /// The JSON Schema of its metadata.
    pub(crate) metadata_schema: Option<Json>,
    /// When it makes itself.
    pub(crate) auto_create_when: Option<Json>,
    /// Whether it reads the same both ways.
    pub(crate) is_symmetric: bool,
    /// The slug of its inverse.
    pub(crate) inverse: Option<String>,
    /// `active` or `archived`.
    pub(crate) status: String,
    /// The rules, source and target, by id.
    pub(crate) rules: BTreeMap<i64, (String, String)>,
}

impl Store {
    /// Everything but ids of rules and times, which differ between runs that come to the same.
    pub(crate) fn content(&self) -> Json {
        let agents: Map<_, _> = self.agents.iter().map(|(id, agent)| (id.clone(), agent_content(agent))).collect();
        let entities: Map<_, _> =
            self.entity_types.iter().map(|(slug, row)| (slug.clone(), json!(format!("{row:?}")))).collect();
        let relationships: Map<_, _> =
            self.relationship_types.iter().map(|(slug, row)| (slug.clone(), relationship_content(row))).collect();
        json!({"agents": agents, "entity_types": entities, "relationship_types": relationships})
    }
}

fn agent_content(agent: &StoredAgent) -> Json {
    let platforms: Map<_, _> = agent
        .platforms
        .iter()
        .map(|(id, platform)| {
            let StoredPlatform { platform, config, settings } = platform;
            (id.clone(), json!({"platform": platform, "config": config, "settings": settings}))
        })
        .collect();
    let settings: Map<_, _> = agent.settings.iter().map(|(name, value)| (name.clone(), without_times(value))).collect();
    json!({"name": agent.name, "description": agent.description, "settings": settings, "platforms": platforms})
}

fn relationship_content(row: &StoredRelationshipType) -> Json {
    let mut rules: Vec<_> = row.rules.values().collect();
    rules.sort();
    let row = StoredRelationshipType { rules: BTreeMap::new(), ..row.clone() };
    json!({"row": format!("{row:?}"), "rules": rules})
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
