use lobu::model::{AgentId, Rule, Text, TypeSlug, Value};
use lobu::org::{
    AgentCreate, AgentCreated, AgentPatch, Change, EntityTypeWrite, OrgWrite, PlatformPut, PlatformStored,
    RelationshipTypeWrite, Request, RequestError, SettingsMember, SettingsPatch,
};
use lobu::wire::{AgentRow, EntityTypeRow, Json};
use serde_json::{Map, json};

use super::MemoryOrg;
use super::encode::{Encoder, Place};
use super::faults::refused;
use super::org::request;
use super::store::{Store, StoredAgent, StoredPlatform, StoredRelationshipType};

/// The time at which providers are installed, in milliseconds: a fixed one.
const NOW: i64 = 1_767_225_600_000;

impl OrgWrite for MemoryOrg {
    async fn create_agent(&self, write: &AgentCreate) -> Result<AgentCreated, RequestError> {
        let request = request("POST", "agents");
        let encoder = self.encoder(&request);
        let name = encoder.plain(&write.name)?;
        let description = write.description.as_ref().map(|text| encoder.plain(text)).transpose()?;
        let url = format!("http://localhost:8787/mcp/{}", self.org);
        self.write(&request, |store| {
            let id = write.agent.to_string();
            if let Some(stored) = store.agents.get(&id) {
                let (name, description) = (stored.name.clone(), stored.description.clone());
                return Ok(AgentCreated::Existed(AgentRow { agent_id: id, name, description }));
            }
            let servers = json!({"lobu-memory": {"url": url, "type": "streamable-http"}});
            let tools = json!(["/mcp/lobu-memory/tools/*"]);
            let settings = [("mcpServers".to_owned(), servers), ("preApprovedTools".to_owned(), tools)].into();
            let agent = StoredAgent { name, description, settings, ..StoredAgent::default() };
            store.agents.insert(id, agent);
            Ok(AgentCreated::Created)
        })
        .await
    }

    async fn update_agent(&self, write: &AgentPatch) -> Result<(), RequestError> {
        let request = request("PATCH", &format!("agents/{}", write.agent));
        let encoder = self.encoder(&request);
        let name = write.name.as_ref().map(|text| encoder.plain(text)).transpose()?;
        self.write(&request, |store| {
            let agent = find_agent(store, &request, &write.agent)?;
            set(&mut agent.name, name);
            change_text(&encoder, &mut agent.description, write.description.as_ref())
        })
        .await
    }

    async fn patch_settings(&self, write: &SettingsPatch) -> Result<(), RequestError> {
        let request = request("PATCH", &format!("agents/{}/config", write.agent));
        let encoder = self.encoder(&request);
        self.write(&request, |store| {
            let agent = find_agent(store, &request, &write.agent)?;
            for (member, value) in &write.members {
                let place = if *member == SettingsMember::McpServers { Place::McpServers } else { Place::Elsewhere };
                let mut json = encoder.json(place, value, agent.settings.get(member.name()))?;
                if *member == SettingsMember::InstalledProviders {
                    stamp(&mut json);
                }
                agent.settings.insert(member.name().to_owned(), json);
            }
            Ok(())
        })
        .await
    }

    async fn put_platform(&self, write: &PlatformPut) -> Result<PlatformStored, RequestError> {
        let request = request("PUT", &format!("agents/{}/platforms/by-stable-id/{}", write.agent, write.id));
        let encoder = self.encoder(&request);
        self.write(&request, |store| {
            let id = write.id.to_string();
            let others = store.agents.iter().filter(|(agent, _)| agent.as_str() != write.agent.as_str());
            if others.into_iter().any(|(_, agent)| agent.platforms.contains_key(&id)) {
                return Err(refused(&request, 409, "platform_exists", "Stable ID already used by a different agent"));
            }
            let agent = find_agent(store, &request, &write.agent)?;
            let stored = agent.platforms.get(&id);
            let new = new_platform(&encoder, write, stored)?;
            let answer = match stored {
                None => PlatformStored::Created,
                Some(stored) if *stored == new => PlatformStored::Unchanged,
                Some(_) => PlatformStored::Updated,
            };
            agent.platforms.insert(id, new);
            Ok(answer)
        })
        .await
    }

    async fn create_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        let request = request("POST", "manage_entity_schema (create)");
        let encoder = self.encoder(&request);
        let org = self.org.to_string();
        self.write(&request, |store| {
            let slug = write.slug.to_string();
            if store.entity_types.contains_key(&slug) {
                return Err(refused(&request, 409, "entity_type_exists", "already exists"));
            }
            let mut row = EntityTypeRow {
                slug: slug.clone(),
                name: String::new(),
                description: None,
                icon: None,
                color: None,
                metadata_schema: None,
                event_kinds: None,
                organization_slug: Some(org),
                is_system: false,
            };
            write_entity(&encoder, &mut row, write)?;
            if row.name.is_empty() {
                return Err(refused(&request, 422, "invalid_request", "a name is needed"));
            }
            store.entity_types.insert(slug, row);
            Ok(())
        })
        .await
    }

    async fn update_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        let request = request("POST", "manage_entity_schema (update)");
        let encoder = self.encoder(&request);
        self.write(&request, |store| match store.entity_types.get_mut(write.slug.as_str()) {
            Some(row) => write_entity(&encoder, row, write),
            None => Err(refused(&request, 404, "entity_type_not_found", "no such entity type")),
        })
        .await
    }

    async fn create_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        let request = request("POST", "manage_entity_schema (create)");
        let encoder = self.encoder(&request);
        self.write(&request, |store| {
            let slug = write.slug.to_string();
            if store.relationship_types.contains_key(&slug) {
                return Err(refused(&request, 409, "relationship_type_exists", "already exists"));
            }
            let mut row = StoredRelationshipType {
                status: "active".to_owned(),
                is_symmetric: write.is_symmetric.unwrap_or(false),
                ..StoredRelationshipType::default()
            };
            write_relationship(&encoder, store, &mut row, write)?;
            store.relationship_types.insert(slug, row);
            Ok(())
        })
        .await
    }

    async fn update_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        let request = request("POST", "manage_entity_schema (update)");
        let encoder = self.encoder(&request);
        self.write(&request, |store| {
            let mut row = find_relationship(store, &request, &write.slug)?.clone();
            if write.is_symmetric.is_some_and(|symmetric| symmetric != row.is_symmetric) {
                return Err(refused(&request, 422, "immutable_field", "is_symmetric can't change"));
            }
            write_relationship(&encoder, store, &mut row, write)?;
            store.relationship_types.insert(write.slug.to_string(), row);
            Ok(())
        })
        .await
    }

    async fn add_rule(&self, slug: &TypeSlug, rule: &Rule) -> Result<(), RequestError> {
        let request = request("POST", "manage_entity_schema (add_rule)");
        let ends = (rule.source.to_string(), rule.target.to_string());
        self.write(&request, |store| {
            let id = store.last_rule + 1;
            let row = find_relationship(store, &request, slug)?;
            if row.rules.values().any(|other| *other == ends) {
                return Err(refused(&request, 409, "rule_exists", "a rule already exists"));
            }
            row.rules.insert(id, ends);
            store.last_rule = id;
            Ok(())
        })
        .await
    }

    async fn remove_rule(&self, id: &Json) -> Result<(), RequestError> {
        let request = request("POST", "manage_entity_schema (remove_rule)");
        self.write(&request, |store| {
            let removed = |row: &mut StoredRelationshipType| row.rules.remove(&id.as_i64()?);
            let found = store.relationship_types.values_mut().find_map(removed);
            found.map(drop).ok_or_else(|| refused(&request, 404, "rule_not_found", "no such rule"))
        })
        .await
    }
}

fn find_agent<'store>(
    store: &'store mut Store,
    request: &Request,
    id: &AgentId,
) -> Result<&'store mut StoredAgent, RequestError> {
    let agent = store.agents.get_mut(id.as_str());
    agent.ok_or_else(|| refused(request, 404, "agent_not_found", "Agent not found"))
}

fn find_relationship<'store>(
    store: &'store mut Store,
    request: &Request,
    slug: &TypeSlug,
) -> Result<&'store mut StoredRelationshipType, RequestError> {
    let row = store.relationship_types.get_mut(slug.as_str());
    row.ok_or_else(|| refused(request, 404, "relationship_type_not_found", "no such relationship type"))
}

/// Keys that the PUT omits are gone; settings that it omits stay (O2, P8).
fn new_platform(
    encoder: &Encoder<'_>,
    write: &PlatformPut,
    stored: Option<&StoredPlatform>,
) -> Result<StoredPlatform, RequestError> {
    let mut config = Map::new();
    for (key, value) in &write.config {
        let kept = stored.and_then(|stored| stored.config.get(key));
        config.insert(key.clone(), encoder.json(Place::Platform, value, kept)?);
    }
    let mut settings = match (&write.settings, stored) {
        (Some(settings), _) => match encoder.json(Place::Elsewhere, settings, None)? {
            Json::Object(settings) => settings,
            _ => Map::new(),
        },
        (None, Some(stored)) => stored.settings.clone(),
        (None, None) => Map::new(),
    };
    settings.entry("allowGroups").or_insert(json!(true));
    Ok(StoredPlatform { platform: write.platform_type.clone(), config, settings })
}

fn write_entity(encoder: &Encoder<'_>, row: &mut EntityTypeRow, write: &EntityTypeWrite) -> Result<(), RequestError> {
    set(&mut row.name, write.name.as_ref().map(|text| encoder.plain(text)).transpose()?);
    change_text(encoder, &mut row.description, write.description.as_ref())?;
    change_text(encoder, &mut row.icon, write.icon.as_ref())?;
    change_text(encoder, &mut row.color, write.color.as_ref())?;
    change_value(encoder, &mut row.metadata_schema, write.metadata_schema.as_ref())?;
    change_value(encoder, &mut row.event_kinds, write.event_kinds.as_ref())?;
    Ok(())
}

fn write_relationship(
    encoder: &Encoder<'_>,
    store: &Store,
    row: &mut StoredRelationshipType,
    write: &RelationshipTypeWrite,
) -> Result<(), RequestError> {
    set(&mut row.name, write.name.as_ref().map(|text| encoder.plain(text)).transpose()?);
    change_text(encoder, &mut row.description, write.description.as_ref())?;
    change_value(encoder, &mut row.metadata_schema, write.metadata_schema.as_ref())?;
    change_value(encoder, &mut row.auto_create_when, write.auto_create_when.as_ref())?;
    set(&mut row.status, write.status.clone());
    match &write.inverse {
        Some(Change::Set(inverse)) if !store.relationship_types.contains_key(inverse.as_str()) => {
            return Err(refused(encoder.request, 422, "inverse_not_found", "no such inverse"));
        }
        Some(Change::Set(inverse)) => row.inverse = Some(inverse.to_string()),
        Some(Change::Clear) => row.inverse = None,
        None => {}
    }
    Ok(())
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn change_text(
    encoder: &Encoder<'_>,
    place: &mut Option<String>,
    change: Option<&Change<Text>>,
) -> Result<(), RequestError> {
    match change {
        Some(Change::Set(text)) => *place = Some(encoder.plain(text)?),
        Some(Change::Clear) => *place = None,
        None => {}
    }
    Ok(())
}

fn change_value(
    encoder: &Encoder<'_>,
    place: &mut Option<Json>,
    change: Option<&Change<Value>>,
) -> Result<(), RequestError> {
    match change {
        Some(Change::Set(value)) => *place = Some(encoder.json(Place::Elsewhere, value, None)?),
        Some(Change::Clear) => *place = None,
        None => {}
    }
    Ok(())
}

/// Providers without a time are stamped.
fn stamp(providers: &mut Json) {
    for provider in providers.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        provider.entry("installedAt").or_insert(json!(NOW));
    }
}
