//! What a pull does not speak of must be declared as it was: files can be shared, by symlinks and as skills of every agent.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Agent, DesiredState, Platform};
use crate::model::{AgentId, EntityType, Position, RelationshipType, TypeSlug};
use crate::schema::ResourceKey;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, RELATIONSHIP_TYPE, SETTINGS};

/// A resource that is declared otherwise than before and is not one of those that are written.
pub(super) fn changed_besides(
    before: &DesiredState,
    after: &DesiredState,
    is_written: &dyn Fn(&ResourceKey) -> bool,
) -> Option<ResourceKey> {
    let by_id = |state: &DesiredState| -> BTreeMap<AgentId, Agent> {
        state.agents.iter().map(|agent| (agent.id.clone(), agent.clone())).collect()
    };
    let (old, new) = (by_id(before), by_id(after));
    let came_or_went =
        old.keys().filter(|id| !new.contains_key(*id)).chain(new.keys().filter(|id| !old.contains_key(*id)));
    let whole = came_or_went.map(|id| ResourceKey::new(AGENT, id.as_str()));
    let changed = new.iter().filter_map(|(id, agent)| Some(changed_parts(old.get(id)?, agent))).flatten();
    let types = changed_types(before, after);
    whole.chain(changed).chain(types).find(|key| !is_written(key))
}

fn changed_parts(old: &Agent, new: &Agent) -> Vec<ResourceKey> {
    let mut changed = Vec::new();
    if (&old.name, &old.description) != (&new.name, &new.description) {
        changed.push(ResourceKey::new(AGENT, new.id.as_str()));
    }
    if old.settings != new.settings {
        changed.push(ResourceKey::new(SETTINGS, new.id.as_str()));
    }
    let same = |one: &Platform, other: &Platform| {
        (&one.id, &one.platform_type, &one.config) == (&other.id, &other.platform_type, &other.config)
    };
    let differs = |one: &Platform, all: &[Platform]| !all.iter().any(|other| same(one, other));
    let came = new.platforms.iter().filter(|platform| differs(platform, &old.platforms));
    let went = old.platforms.iter().filter(|platform| differs(platform, &new.platforms));
    changed.extend(came.chain(went).map(|platform| ResourceKey::platform(&new.id, &platform.id)));
    changed
}

fn changed_types(before: &DesiredState, after: &DesiredState) -> Vec<ResourceKey> {
    let (Some(before), Some(after)) = (&before.memory, &after.memory) else { return Vec::new() };
    let entity =
        |entity: &EntityType| (entity.slug.clone(), EntityType { position: Position::file(""), ..entity.clone() });
    let old: BTreeMap<_, _> = before.entity_types.iter().map(entity).collect();
    let new: BTreeMap<_, _> = after.entity_types.iter().map(entity).collect();
    let entities = differing(&old, &new).into_iter().map(|slug| ResourceKey::new(ENTITY_TYPE, slug.as_str()));
    let relationship =
        |one: &RelationshipType| (one.slug.clone(), RelationshipType { position: Position::file(""), ..one.clone() });
    let old: BTreeMap<_, _> = before.relationship_types.iter().map(relationship).collect();
    let new: BTreeMap<_, _> = after.relationship_types.iter().map(relationship).collect();
    let relationships = differing(&old, &new).into_iter();
    entities.chain(relationships.map(|slug| ResourceKey::new(RELATIONSHIP_TYPE, slug.as_str()))).collect()
}

fn differing<T: PartialEq>(old: &BTreeMap<TypeSlug, T>, new: &BTreeMap<TypeSlug, T>) -> Vec<TypeSlug> {
    let slugs: BTreeSet<&TypeSlug> = old.keys().chain(new.keys()).collect();
    slugs.into_iter().filter(|slug| old.get(*slug) != new.get(*slug)).cloned().collect()
}
