use super::object::{Object, distinct};
use super::{Json, ShapeError};

/// An agent of the list (org-api 5.2). Owner, counts, times and status are not ours to declare and are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// The id.
    pub agent_id: String,
    /// The name.
    pub name: String,
    /// The description; absent when null.
    pub description: Option<String>,
}

/// An agent's config (org-api 5.3): the members that files can express, as raw JSON, none when absent or null.
///
/// `updatedAt`, `verboseLogging`, `pluginsConfig`, `authProfiles`, `mcpInstallNotified`, `templateAgentId` and `model` have
/// no form in files, are never sent, and are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsRow {
    /// `identityMd`.
    pub identity_md: Option<Json>,
    /// `soulMd`.
    pub soul_md: Option<Json>,
    /// `userMd`.
    pub user_md: Option<Json>,
    /// `skillsConfig`.
    pub skills_config: Option<Json>,
    /// `installedProviders`.
    pub installed_providers: Option<Json>,
    /// `modelSelection`.
    pub model_selection: Option<Json>,
    /// `providerModelPreferences`.
    pub provider_model_preferences: Option<Json>,
    /// `networkConfig`.
    pub network_config: Option<Json>,
    /// `egressConfig`.
    pub egress_config: Option<Json>,
    /// `preApprovedTools`.
    pub pre_approved_tools: Option<Json>,
    /// `toolsConfig`.
    pub tools_config: Option<Json>,
    /// `guardrails`.
    pub guardrails: Option<Json>,
    /// `nixConfig`.
    pub nix_config: Option<Json>,
    /// `mcpServers`.
    pub mcp_servers: Option<Json>,
}

/// A platform of an agent (org-api 5.4). Metadata, status and times are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct PlatformRow {
    /// The id.
    pub id: String,
    /// The type.
    pub platform: String,
    /// The owning agent: `agentId` or `templateAgentId`, by generation.
    pub agent_id: Option<String>,
    /// The config, with its extra key `platform`.
    pub config: serde_json::Map<String, Json>,
    /// The settings, such as `allowGroups` and `allowFrom`.
    pub settings: serde_json::Map<String, Json>,
}

/// Reads the list of agents.
pub fn agents_answer(json: &Json) -> Result<Vec<AgentRow>, ShapeError> {
    let rows = Object::new(json, "")?.objects("agents")?.iter().map(agent_row).collect::<Result<_, _>>()?;
    distinct("agents", "agentId", rows, |row: &AgentRow| Some(row.agent_id.clone()))
}

/// Reads the answer to a create: the stored row (org-api 5.2).
pub fn created_agent_answer(json: &Json) -> Result<AgentRow, ShapeError> {
    agent_row(&Object::new(json, "")?)
}

fn agent_row(object: &Object<'_>) -> Result<AgentRow, ShapeError> {
    Ok(AgentRow {
        agent_id: object.text("agentId")?,
        name: object.text("name")?,
        description: object.optional_text("description")?,
    })
}

/// Reads an agent's config. A server of generation G3 answers without `installedProviders` (generations.md).
pub fn settings_answer(json: &Json) -> Result<SettingsRow, ShapeError> {
    let object = Object::new(json, "")?;
    object.members().get("updatedAt").map_or_else(
        || Err(ShapeError { path: "updatedAt".to_owned(), expected: "a time", found: "missing" }),
        |_| Ok(()),
    )?;
    Ok(SettingsRow {
        identity_md: object.raw("identityMd"),
        soul_md: object.raw("soulMd"),
        user_md: object.raw("userMd"),
        skills_config: object.raw("skillsConfig"),
        installed_providers: object.raw("installedProviders"),
        model_selection: object.raw("modelSelection"),
        provider_model_preferences: object.raw("providerModelPreferences"),
        network_config: object.raw("networkConfig"),
        egress_config: object.raw("egressConfig"),
        pre_approved_tools: object.raw("preApprovedTools"),
        tools_config: object.raw("toolsConfig"),
        guardrails: object.raw("guardrails"),
        nix_config: object.raw("nixConfig"),
        mcp_servers: object.raw("mcpServers"),
    })
}

/// Reads the list of an agent's platforms.
pub fn platforms_answer(json: &Json) -> Result<Vec<PlatformRow>, ShapeError> {
    let rows = Object::new(json, "")?.objects("platforms")?.iter().map(platform_row).collect::<Result<_, _>>()?;
    distinct("platforms", "id", rows, |row: &PlatformRow| Some(row.id.clone()))
}

fn platform_row(object: &Object<'_>) -> Result<PlatformRow, ShapeError> {
    let agent_id = match object.optional_text("agentId")? {
        Some(id) => Some(id),
        None => object.optional_text("templateAgentId")?,
    };
    let settings = match object.get("settings") {
        Some(_) => object.object("settings")?.members().clone(),
        None => serde_json::Map::new(),
    };
    Ok(PlatformRow {
        id: object.text("id")?,
        platform: object.text("platform")?,
        agent_id,
        config: object.object("config")?.members().clone(),
        settings,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_catch_all_is_never_an_empty_org() {
        let catch_all = json!({"status": "ok", "mcp_endpoint": "x", "health": "/health", "openapi": "/openapi.json"});
        let error = agents_answer(&catch_all).unwrap_err();
        assert_eq!((error.path.as_str(), error.found), ("agents", "missing"));
        assert!(platforms_answer(&catch_all).is_err());
        assert!(settings_answer(&catch_all).is_err());
    }

    #[test]
    fn errors_name_the_place_and_no_value() {
        let error = agents_answer(&json!({"agents": [{"agentId": "a", "name": 5}]})).unwrap_err();
        assert_eq!(error.to_string(), "`agents[0].name` should be a text and is a number");
    }

    #[test]
    fn both_names_of_the_owning_agent_are_read() {
        for member in ["agentId", "templateAgentId"] {
            let json = json!({"platforms": [{"id": "a-b", "platform": "b", member: "a", "config": {}}]});
            assert_eq!(platforms_answer(&json).unwrap()[0].agent_id.as_deref(), Some("a"));
        }
    }
}
