use std::collections::BTreeMap;

use lobu::model::{AgentId, TypeSlug};
use lobu::org::{OrgRead, PlatformsProbe, RequestError, SecretsProbe};
use lobu::wire::{AgentRow, EntityTypeRow, Health, Json, PlatformRow, RelationshipTypeRow, RuleRow, SettingsRow};
use serde_json::{Map, json};

use super::MemoryOrg;
use super::encode::{masked_config, masked_servers};
use super::faults::refused;
use super::org::request;
use super::store::{StoredAgent, StoredPlatform, StoredRelationshipType};

impl OrgRead for MemoryOrg {
    async fn health(&self) -> Result<Health, RequestError> {
        let health = Health {
            service: "lobu-api".to_owned(),
            implementation: Some("lobu-rs".to_owned()),
            version: Some("0.0.0".to_owned()),
            features: Vec::new(),
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

    async fn agents(&self) -> Result<Vec<AgentRow>, RequestError> {
        let row = |(id, agent): (&String, &StoredAgent)| AgentRow {
            agent_id: id.clone(),
            name: agent.name.clone(),
            description: agent.description.clone(),
        };
        Ok(self.read(|store| store.agents.iter().rev().map(row).collect()).await)
    }

    async fn settings(&self, agent: &AgentId) -> Result<Option<SettingsRow>, RequestError> {
        Ok(self.read(|store| store.agents.get(agent.as_str()).map(|agent| settings_row(&agent.settings))).await)
    }

    async fn platforms(&self, agent: &AgentId) -> Result<Option<Vec<PlatformRow>>, RequestError> {
        let rows = |stored: &StoredAgent| {
            stored.platforms.iter().map(|(id, platform)| platform_row(agent, id, platform)).collect()
        };
        Ok(self.read(|store| store.agents.get(agent.as_str()).map(rows)).await)
    }

    async fn entity_types(&self) -> Result<Vec<EntityTypeRow>, RequestError> {
        let member = EntityTypeRow {
            slug: "$member".to_owned(),
            name: "Member".to_owned(),
            description: None,
            icon: None,
            color: None,
            metadata_schema: None,
            event_kinds: None,
            organization_slug: Some(self.org.to_string()),
            is_system: true,
        };
        Ok(self.read(|store| store.entity_types.values().cloned().chain([member]).collect()).await)
    }

    async fn relationship_types(&self) -> Result<Vec<RelationshipTypeRow>, RequestError> {
        let row = |(slug, stored): (&String, &StoredRelationshipType)| RelationshipTypeRow {
            slug: slug.clone(),
            name: stored.name.clone(),
            description: stored.description.clone(),
            metadata_schema: stored.metadata_schema.clone(),
            auto_create_when: stored.auto_create_when.clone(),
            is_symmetric: stored.is_symmetric,
            inverse_type_slug: stored.inverse.clone(),
            status: Some(stored.status.clone()),
            organization_slug: Some(self.org.to_string()),
            deleted: false,
        };
        Ok(self.read(|store| store.relationship_types.iter().map(row).collect()).await)
    }

    async fn rules(&self, slug: &TypeSlug) -> Result<Vec<RuleRow>, RequestError> {
        let rows = |stored: &StoredRelationshipType| {
            let row = |(id, (source, target)): (&i64, &(String, String))| RuleRow {
                id: Json::from(*id),
                source: source.clone(),
                target: target.clone(),
            };
            stored.rules.iter().map(row).collect()
        };
        let found = self.read(|store| store.relationship_types.get(slug.as_str()).map(rows)).await;
        let missing = || {
            let request = request("POST", "manage_entity_schema (list_rules)");
            refused(&request, 404, "relationship_type_not_found", "no such relationship type")
        };
        found.ok_or_else(missing)
    }
}

/// A config with the server's defaults, secrets masked (org-api 5.3).
fn settings_row(stored: &BTreeMap<String, Json>) -> SettingsRow {
    let member = |name: &str, default: Json| Some(stored.get(name).cloned().unwrap_or(default));
    let object = |name: &str| member(name, json!({}));
    let list = |name: &str| member(name, json!([]));
    let text = |name: &str| member(name, json!(""));
    SettingsRow {
        identity_md: text("identityMd"),
        soul_md: text("soulMd"),
        user_md: text("userMd"),
        skills_config: member("skillsConfig", json!({"skills": []})),
        installed_providers: list("installedProviders"),
        model_selection: object("modelSelection"),
        provider_model_preferences: object("providerModelPreferences"),
        network_config: object("networkConfig"),
        egress_config: object("egressConfig"),
        pre_approved_tools: list("preApprovedTools"),
        tools_config: object("toolsConfig"),
        guardrails: list("guardrails"),
        nix_config: object("nixConfig"),
        mcp_servers: object("mcpServers").map(|servers| masked_servers(&servers)),
    }
}

fn platform_row(agent: &AgentId, id: &str, stored: &StoredPlatform) -> PlatformRow {
    let shown = |(name, json): (&String, &Json)| (name.clone(), masked_config(json, lobu::model::is_secret_key(name)));
    let mut config: Map<_, _> = stored.config.iter().map(shown).collect();
    config.insert("platform".to_owned(), json!(stored.platform));
    PlatformRow {
        id: id.to_owned(),
        platform: stored.platform.clone(),
        agent_id: Some(agent.to_string()),
        config,
        settings: stored.settings.clone(),
    }
}
