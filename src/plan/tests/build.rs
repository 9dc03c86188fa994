//! Small builders: values, declarations and configs from JSON.
//!
//! In the JSON of this module a text `$NAME` is a reference, `***…` is opaque, `hidden:…` is sensitive, and null in a
//! declaration is "explicitly empty".

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::desired::{Agent, Declaration, EntryKey, Platform, Settings};
use crate::model::{
    AgentId, Declared, EntityType, MemorySchema, Position, RelationshipType, Rule, SecretName, StableId, Text,
    TypeSlug, Value,
};
use crate::org::{
    ActualAgent, ActualEntityType, ActualPlatform, ActualRelationshipType, ActualSettings, SettingsMember, StoredRule,
};
use crate::wire::to_value;

pub(super) fn text(text: &str) -> Text {
    if text.starts_with("***") {
        return Text::Opaque;
    }
    match (SecretName::from_reference(text), text.strip_prefix("hidden:")) {
        (Some(name), _) => Text::SecretRef(name),
        (None, Some(_)) => Text::sensitive(text),
        (None, None) => Text::known(text),
    }
}

pub(super) fn value(json: &Json) -> Value {
    to_value(json, "", &mut |_, content| text(content))
}

/// Objects are tables, null clears, anything else is a leaf.
pub(super) fn declaration(json: &Json) -> Declaration {
    match json {
        Json::Null => Declaration::Clear,
        Json::Object(members) => {
            Declaration::Table(members.iter().map(|(name, json)| (name.clone(), declaration(json))).collect())
        }
        other => Declaration::Leaf(value(other)),
    }
}

pub(super) fn providers(ids: &[&str]) -> Declaration {
    let entry = |id: &&str| (EntryKey(vec![(*id).to_owned()]), Declaration::Table(BTreeMap::new()));
    Declaration::Keyed(ids.iter().map(entry).collect())
}

pub(super) fn skills(skills: &[(&str, Json)]) -> Declaration {
    let entry =
        |(name, json): &(&str, Json)| (EntryKey(vec![format!("local/{name}"), (*name).to_owned()]), declaration(json));
    let list = Declaration::Keyed(skills.iter().map(entry).collect());
    Declaration::Table(BTreeMap::from([("skills".to_owned(), list)]))
}

pub(super) fn position() -> Position {
    Position::file("lobu.toml")
}

pub(super) fn agent(id: &str) -> Agent {
    Agent {
        id: AgentId::parse(id).unwrap(),
        name: Text::known("Name"),
        description: Declared::Absent,
        settings: Settings::default(),
        platforms: Vec::new(),
        provider_secrets: Vec::new(),
        position: position(),
    }
}

pub(super) fn actual_agent() -> ActualAgent {
    ActualAgent {
        name: Text::known("Name"),
        description: None,
        settings: Some(ActualSettings::default()),
        platforms: Some(Vec::new()),
    }
}

pub(super) fn platform(id: &str, platform_type: &str, config: &[(&str, &str)]) -> Platform {
    let declared = |content: &str| if content.is_empty() { Declared::Empty } else { Declared::Value(text(content)) };
    Platform {
        id: StableId::from_server(id),
        platform_type: platform_type.to_owned(),
        name: None,
        config: config.iter().map(|(key, content)| ((*key).to_owned(), declared(content))).collect(),
        position: position(),
    }
}

pub(super) fn actual_platform(id: &str, platform_type: &str, config: &Json) -> ActualPlatform {
    let Value::Map(config) = value(config) else { panic!("a config is an object") };
    ActualPlatform {
        id: StableId::from_server(id),
        platform_type: platform_type.to_owned(),
        config,
        settings: value(&serde_json::json!({"allowGroups": true})),
    }
}

pub(super) fn slug(slug: &str) -> TypeSlug {
    TypeSlug::from_server(slug)
}

pub(super) fn entity(name: &str) -> EntityType {
    EntityType {
        slug: slug(name),
        name: Text::known("Name"),
        description: Declared::Absent,
        icon: Declared::Absent,
        color: Declared::Absent,
        metadata_schema: Declared::Absent,
        event_kinds: Declared::Absent,
        position: position(),
    }
}

pub(super) fn actual_entity() -> ActualEntityType {
    ActualEntityType {
        name: Text::known("Name"),
        description: None,
        icon: None,
        color: None,
        metadata_schema: Value::Null,
        event_kinds: Value::Null,
    }
}

pub(super) fn relationship(name: &str) -> RelationshipType {
    RelationshipType {
        slug: slug(name),
        name: Text::known("Name"),
        description: Declared::Absent,
        metadata_schema: Declared::Absent,
        inverse: Declared::Absent,
        status: None,
        is_symmetric: None,
        auto_create_when: Declared::Absent,
        rules: Declared::Absent,
        position: position(),
    }
}

pub(super) fn actual_relationship() -> ActualRelationshipType {
    ActualRelationshipType {
        name: Text::known("Name"),
        description: None,
        metadata_schema: Value::Null,
        inverse: None,
        status: Some("active".to_owned()),
        is_symmetric: false,
        auto_create_when: Value::Null,
        rules: Some(Vec::new()),
    }
}

pub(super) fn rule(source: &str, target: &str) -> Rule {
    Rule { source: slug(source), target: slug(target) }
}

pub(super) fn stored_rule(id: u32, source: &str, target: &str) -> StoredRule {
    StoredRule { id: Json::from(id), rule: rule(source, target) }
}

pub(super) fn schema(entities: Vec<EntityType>, relationships: Vec<RelationshipType>) -> MemorySchema {
    MemorySchema { entity_types: entities, relationship_types: relationships }
}

/// What the files say of a member, to be set.
pub(super) fn declared_member(settings: &mut Settings, member: SettingsMember) -> &mut Option<Declaration> {
    match member {
        SettingsMember::NetworkConfig => &mut settings.network_config,
        SettingsMember::EgressConfig => &mut settings.egress_config,
        SettingsMember::NixConfig => &mut settings.nix_config,
        SettingsMember::McpServers => &mut settings.mcp_servers,
        SettingsMember::SkillsConfig => &mut settings.skills_config,
        SettingsMember::ToolsConfig => &mut settings.tools_config,
        SettingsMember::Guardrails => &mut settings.guardrails,
        SettingsMember::PreApprovedTools => &mut settings.pre_approved_tools,
        SettingsMember::ProviderModelPreferences => &mut settings.provider_model_preferences,
        SettingsMember::InstalledProviders => &mut settings.installed_providers,
        SettingsMember::SoulMd => &mut settings.soul_md,
        SettingsMember::UserMd => &mut settings.user_md,
        SettingsMember::IdentityMd => &mut settings.identity_md,
        SettingsMember::ModelSelection => panic!("no file declares the selection of a model"),
    }
}

/// What the org has of a member, to be set.
pub(super) fn actual_member(settings: &mut ActualSettings, member: SettingsMember) -> &mut Value {
    match member {
        SettingsMember::NetworkConfig => &mut settings.network_config,
        SettingsMember::EgressConfig => &mut settings.egress_config,
        SettingsMember::NixConfig => &mut settings.nix_config,
        SettingsMember::McpServers => &mut settings.mcp_servers,
        SettingsMember::SkillsConfig => &mut settings.skills_config,
        SettingsMember::ToolsConfig => &mut settings.tools_config,
        SettingsMember::Guardrails => &mut settings.guardrails,
        SettingsMember::PreApprovedTools => &mut settings.pre_approved_tools,
        SettingsMember::ProviderModelPreferences => &mut settings.provider_model_preferences,
        SettingsMember::InstalledProviders => &mut settings.installed_providers,
        SettingsMember::ModelSelection => &mut settings.model_selection,
        SettingsMember::SoulMd => &mut settings.soul_md,
        SettingsMember::UserMd => &mut settings.user_md,
        SettingsMember::IdentityMd => &mut settings.identity_md,
    }
}
