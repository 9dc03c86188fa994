use std::collections::BTreeMap;

use crate::model::Rule;
use crate::model::{AgentId, StableId, Text, TypeSlug, Value};
use crate::wire::Json;

/// What becomes of a field: set to a value, or cleared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change<T> {
    /// Set to this.
    Set(T),
    /// Cleared, in whatever way the field's route clears.
    Clear,
}

/// `POST …/agents`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCreate {
    /// The id.
    pub agent: AgentId,
    /// The name.
    pub name: Text,
    /// The description, if any.
    pub description: Option<Text>,
}

/// `PATCH …/agents/{id}`: only what changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentPatch {
    /// The id.
    pub agent: AgentId,
    /// The new name.
    pub name: Option<Text>,
    /// The new description.
    pub description: Option<Change<Text>>,
}

/// The members of an agent's config that apply may send (org-api 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingsMember {
    /// `networkConfig`.
    NetworkConfig,
    /// `egressConfig`.
    EgressConfig,
    /// `nixConfig`.
    NixConfig,
    /// `mcpServers`.
    McpServers,
    /// `skillsConfig`.
    SkillsConfig,
    /// `toolsConfig`.
    ToolsConfig,
    /// `guardrails`.
    Guardrails,
    /// `preApprovedTools`.
    PreApprovedTools,
    /// `providerModelPreferences`.
    ProviderModelPreferences,
    /// `installedProviders`.
    InstalledProviders,
    /// `modelSelection`.
    ModelSelection,
    /// `soulMd`.
    SoulMd,
    /// `userMd`.
    UserMd,
    /// `identityMd`.
    IdentityMd,
}

impl SettingsMember {
    /// The member's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NetworkConfig => "networkConfig",
            Self::EgressConfig => "egressConfig",
            Self::NixConfig => "nixConfig",
            Self::McpServers => "mcpServers",
            Self::SkillsConfig => "skillsConfig",
            Self::ToolsConfig => "toolsConfig",
            Self::Guardrails => "guardrails",
            Self::PreApprovedTools => "preApprovedTools",
            Self::ProviderModelPreferences => "providerModelPreferences",
            Self::InstalledProviders => "installedProviders",
            Self::ModelSelection => "modelSelection",
            Self::SoulMd => "soulMd",
            Self::UserMd => "userMd",
            Self::IdentityMd => "identityMd",
        }
    }
}

/// `PATCH …/agents/{id}/config`: whole members (P4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsPatch {
    /// The agent.
    pub agent: AgentId,
    /// The members, each as it will be stored. A provider without `installedAt` is stamped as the request is built.
    pub members: BTreeMap<SettingsMember, Value>,
    /// Whether the execution reads the config right before, to add the memory MCP entry that the server injected when it
    /// created the agent (P6).
    pub carry_injected: bool,
}

/// `PUT …/agents/{id}/platforms/by-stable-id/{stable id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformPut {
    /// The agent.
    pub agent: AgentId,
    /// The platform's id.
    pub id: StableId,
    /// Its type.
    pub platform_type: String,
    /// Its name, which the server ignores.
    pub name: Option<String>,
    /// The whole config, without the key `platform`: what the files declare and what is carried over. Opaque: `***` (W4).
    pub config: BTreeMap<String, Value>,
    /// The actual settings, carried over (P8); none on a create.
    pub settings: Option<Value>,
}

/// Create or update of an entity type: only what is declared or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTypeWrite {
    /// The slug.
    pub slug: TypeSlug,
    /// The name; always there on a create.
    pub name: Option<Text>,
    /// The description.
    pub description: Option<Change<Text>>,
    /// The icon.
    pub icon: Option<Change<Text>>,
    /// The colour.
    pub color: Option<Change<Text>>,
    /// The JSON Schema of the metadata.
    pub metadata_schema: Option<Change<Value>>,
    /// The event kinds.
    pub event_kinds: Option<Change<Value>>,
}

/// Create or update of a relationship type, without its rules: only what is declared or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationshipTypeWrite {
    /// The slug.
    pub slug: TypeSlug,
    /// The name; always there on a create.
    pub name: Option<Text>,
    /// The description.
    pub description: Option<Change<Text>>,
    /// The JSON Schema of the metadata.
    pub metadata_schema: Option<Change<Value>>,
    /// The slug of the inverse.
    pub inverse: Option<Change<TypeSlug>>,
    /// The status.
    pub status: Option<String>,
    /// Only on a create (P9).
    pub is_symmetric: Option<bool>,
    /// When relationships make themselves.
    pub auto_create_when: Option<Change<Value>>,
}

/// A rule that the org has, with the id that removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRule {
    /// The server's id.
    pub id: Json,
    /// What it joins.
    pub rule: Rule,
}
