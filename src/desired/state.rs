use std::collections::BTreeMap;

use crate::model::{AgentId, Declared, FieldPath, MemorySchema, Position, SecretName, StableId, Text};

use super::Declaration;

/// Everything that a project declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesiredState {
    /// The agents, in file order (numeric ids have no special place here).
    pub agents: Vec<Agent>,
    /// The memory schema; none where it is switched off or there is no memory table (F4): types are then neither read nor drift.
    pub memory: Option<MemorySchema>,
    /// What the files hold and apply does not send, by what it is: `watchers`, `connectors`, `platform channels`, … (F2).
    pub not_applied: BTreeMap<&'static str, usize>,
}

/// An agent as the files want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its name, never empty.
    pub name: Text,
    /// Its description.
    pub description: Declared<Text>,
    /// Its config.
    pub settings: Settings,
    /// Its platforms, in file order.
    pub platforms: Vec<Platform>,
    /// The secrets that its providers name (`key`, `secret_ref`): never sent by apply (V6), as `(provider id, name)`.
    pub provider_secrets: Vec<(String, SecretName)>,
    /// Where the files declare it.
    pub position: Position,
}

/// An agent's config: one declaration a member of org-api 5.3 that files can express, none where they say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `IDENTITY.md`.
    pub identity_md: Option<Declaration>,
    /// `SOUL.md`.
    pub soul_md: Option<Declaration>,
    /// `USER.md`.
    pub user_md: Option<Declaration>,
    /// Skills, keyed by repo and name; an entry is a table of `content`, `description`, `nixPackages`, `networkConfig`, `mcpServers`.
    pub skills_config: Option<Declaration>,
    /// Providers, keyed by id, in order of priority; an entry is an empty table.
    pub installed_providers: Option<Declaration>,
    /// Models by provider id: a table of texts.
    pub provider_model_preferences: Option<Declaration>,
    /// `allowedDomains`, `deniedDomains`, `judgedDomains` (lists) and `judges` (a table of texts).
    pub network_config: Option<Declaration>,
    /// `extraPolicy` and `judgeModel`.
    pub egress_config: Option<Declaration>,
    /// A list of texts.
    pub pre_approved_tools: Option<Declaration>,
    /// `allowedTools`, `deniedTools` (lists) and `strictMode`.
    pub tools_config: Option<Declaration>,
    /// A list of texts.
    pub guardrails: Option<Declaration>,
    /// `packages`, a list of texts.
    pub nix_config: Option<Declaration>,
    /// MCP servers by id: tables of `url`, `type`, `command`, `args`, `env`, `headers`, `authScope`, `oauth`.
    pub mcp_servers: Option<Declaration>,
    /// Where an element or entry came from a skill: `(path, element)` to the skill's name (P1).
    pub sources: BTreeMap<(FieldPath, String), String>,
}

/// A platform as the files want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Its id: the declared one (P8), or the derived one.
    pub id: StableId,
    /// Its type.
    pub platform_type: String,
    /// Its name; the server ignores it but the existing client sends it.
    pub name: Option<String>,
    /// Its config by key; an empty text removes the key (P8).
    pub config: BTreeMap<String, Declared<Text>>,
    /// Where the files declare it.
    pub position: Position,
}
