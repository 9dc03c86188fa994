use std::collections::BTreeMap;

use crate::model::{AgentId, StableId, Text, TypeSlug, Value};
use crate::wire::Health;

use super::{SecretsProbe, StoredRule};

/// The generations of server that we can manage (generations.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// 2026-04-30.
    First,
    /// 2026-05 and 2026-06.
    Second,
    /// Our own.
    Ours,
}

impl Generation {
    /// Reads the generation from `/health`; none for a server that is not known.
    pub fn of(health: &Health) -> Option<Self> {
        match (health.service.as_str(), health.implementation.as_deref()) {
            ("lobu-api", Some("lobu-rs")) => Some(Self::Ours),
            ("lobu-api", _) => Some(Self::Second),
            ("owletto-api", _) => Some(Self::First),
            _ => None,
        }
    }

    /// The word in plans and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "G1",
            Self::Second => "G2",
            Self::Ours => "lobu-rs",
        }
    }
}

/// What differs between servers and decides what a plan can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTraits {
    /// The generation.
    pub generation: Generation,
    /// The version that it states.
    pub version: Option<String>,
    /// Whether a PUT of a platform removes the config keys that it omits (P8); existing servers never do.
    pub removes_platform_keys: bool,
    /// Whether relationship slugs are one namespace for all orgs (trap/D11).
    pub shares_relationship_slugs: bool,
    /// Whether a masked value in a settings member is kept (W4); elsewhere the mask is stored over it.
    pub keeps_masks_in_settings: bool,
}

impl ServerTraits {
    /// What a server of a generation does.
    pub fn of(generation: Generation, health: &Health) -> Self {
        let ours = generation == Generation::Ours;
        Self {
            generation,
            version: health.version.clone(),
            removes_platform_keys: ours,
            shares_relationship_slugs: !ours,
            keeps_masks_in_settings: ours,
        }
    }
}

/// How secret values reach a server (V2–V4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretsMode {
    /// It has the secrets API: references are sent.
    References,
    /// It has none: values of platforms are sent as values, MCP references as text.
    Values,
    /// It cannot be told: nothing that uses a secret is written.
    Unknown,
}

impl SecretsMode {
    /// The mode that a probe leads to.
    pub fn of(probe: &SecretsProbe) -> Self {
        match probe {
            SecretsProbe::Present(_) => Self::References,
            SecretsProbe::Missing => Self::Values,
            SecretsProbe::Unknown { .. } => Self::Unknown,
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
    /// Every agent of the list; none where agents were not read.
    pub agents: Option<BTreeMap<AgentId, ActualAgent>>,
    /// The memory schema; none where it was not read.
    pub memory: Option<ActualMemory>,
}

/// An agent as the org has it. Settings and platforms are there for declared agents only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualAgent {
    /// The name.
    pub name: Text,
    /// The description; none for null and empty.
    pub description: Option<Text>,
    /// The config, where it was read.
    pub settings: Option<ActualSettings>,
    /// The platforms, in the server's order, where they were read.
    pub platforms: Option<Vec<ActualPlatform>>,
}

/// An agent's config as the org has it: null where a member is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualSettings {
    /// `identityMd`.
    pub identity_md: Value,
    /// `soulMd`.
    pub soul_md: Value,
    /// `userMd`.
    pub user_md: Value,
    /// `skillsConfig`.
    pub skills_config: Value,
    /// `installedProviders`.
    pub installed_providers: Value,
    /// `modelSelection`.
    pub model_selection: Value,
    /// `providerModelPreferences`.
    pub provider_model_preferences: Value,
    /// `networkConfig`.
    pub network_config: Value,
    /// `egressConfig`.
    pub egress_config: Value,
    /// `preApprovedTools`.
    pub pre_approved_tools: Value,
    /// `toolsConfig`.
    pub tools_config: Value,
    /// `guardrails`.
    pub guardrails: Value,
    /// `nixConfig`.
    pub nix_config: Value,
    /// `mcpServers`.
    pub mcp_servers: Value,
}

impl Default for ActualSettings {
    fn default() -> Self {
        let null = || Value::Null;
        Self {
            identity_md: null(),
            soul_md: null(),
            user_md: null(),
            skills_config: null(),
            installed_providers: null(),
            model_selection: null(),
            provider_model_preferences: null(),
            network_config: null(),
            egress_config: null(),
            pre_approved_tools: null(),
            tools_config: null(),
            guardrails: null(),
            nix_config: null(),
            mcp_servers: null(),
        }
    }
}

/// A platform as the org has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualPlatform {
    /// The id.
    pub id: StableId,
    /// The type.
    pub platform_type: String,
    /// The config without its key `platform`.
    pub config: BTreeMap<String, Value>,
    /// The settings, which only the web interface sets.
    pub settings: Value,
}

/// The memory schema as the org has it: this org's own types, without system types (P9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActualMemory {
    /// The entity types.
    pub entity_types: BTreeMap<TypeSlug, ActualEntityType>,
    /// The relationship types.
    pub relationship_types: BTreeMap<TypeSlug, ActualRelationshipType>,
    /// Relationship types that the list shows and other orgs own, with their orgs (trap/D11).
    pub foreign_relationship_types: BTreeMap<TypeSlug, String>,
    /// Entity types that the list shows and other orgs own: rules may name them.
    pub foreign_entity_types: BTreeMap<TypeSlug, String>,
}

/// An entity type as the org has it; none for null and empty texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualEntityType {
    /// The name.
    pub name: Text,
    /// The description.
    pub description: Option<Text>,
    /// The icon.
    pub icon: Option<Text>,
    /// The colour.
    pub color: Option<Text>,
    /// The JSON Schema of the metadata, null where there is none.
    pub metadata_schema: Value,
    /// The event kinds, null where there are none.
    pub event_kinds: Value,
}

/// A relationship type as the org has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualRelationshipType {
    /// The name.
    pub name: Text,
    /// The description.
    pub description: Option<Text>,
    /// The JSON Schema of the metadata, null where there is none.
    pub metadata_schema: Value,
    /// The slug of the inverse.
    pub inverse: Option<TypeSlug>,
    /// The status.
    pub status: Option<String>,
    /// Whether it reads the same both ways.
    pub is_symmetric: bool,
    /// When relationships make themselves, null where they don't.
    pub auto_create_when: Value,
    /// The rules, where they were read.
    pub rules: Option<Vec<StoredRule>>,
}
