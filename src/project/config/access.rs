use std::collections::BTreeMap;

use super::spanned::{Entry, Spanned, Written};
use super::types::{AgentConfig, Config, McpServer, MemoryConfig, PlatformConfig};
use crate::model::{AgentId, NotApplied, Position, SecretName, StableId};

/// Where model files are looked for if nothing is said.
pub const DEFAULT_MODELS_DIR: &str = "./models";

/// Where data files are looked for if nothing is said.
pub const DEFAULT_DATA_DIR: &str = "./data";

/// Where connectors are looked for if nothing is said.
pub(super) const DEFAULT_CONNECTORS_DIR: &str = "./connectors";

/// A directory that the file names, or the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory<'a> {
    /// The path as written, trimmed.
    pub path: &'a str,
    /// Where the file names it; none for the default, whose absence is no problem.
    pub named_at: Option<&'a Position>,
}

/// A place where lobu.toml refers to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse<'a> {
    pub name: SecretName,
    /// The agent that has it.
    pub agent: &'a AgentId,
    /// The place below the agent, for people: `platforms.triage-telegram.botToken`.
    pub place: String,
    /// Where it stands.
    pub position: &'a Position,
    /// Whether apply never sends it: the `key` of providers. No server reads a `secret_ref`, so that nothing needs it.
    pub is_provider: bool,
}

impl Config {
    /// The org that the project is pinned to.
    pub fn org_pin(&self) -> Option<&Spanned<String>> {
        self.memory.as_ref()?.org.as_ref()
    }

    /// Whether the project declares a memory schema: the table is there and not switched off.
    pub fn memory_enabled(&self) -> bool {
        self.memory.as_ref().is_some_and(MemoryConfig::is_enabled)
    }

    /// What is declared and apply does not send, by what it is; what model files hold of that is theirs.
    pub fn not_applied(&self) -> BTreeMap<&'static str, NotApplied> {
        let previews = self.agents.iter().flat_map(|agent| {
            agent.previews.iter().map(|preview| format!("{}/{}", agent.id.value, preview.platform.value))
        });
        let channels = self.agents.iter().flat_map(AgentConfig::channels);
        let connectors = self.memory.as_ref().filter(|memory| memory.connectors_directory().is_none());
        let connectors = connectors.and_then(|memory| memory.connectors.as_ref());
        let found = [
            ("agent preview", NotApplied::named(previews)),
            ("connector", NotApplied::of(connectors.map_or(0, |connectors| connectors.value))),
            ("platform channel", NotApplied::named(channels.map(str::to_owned))),
        ];
        found.into_iter().filter(|(_, found)| found.count > 0).collect()
    }

    /// Every reference to a secret, in the order of the agents and their kinds.
    pub fn secret_uses(&self) -> Vec<SecretUse<'_>> {
        self.agents.iter().flat_map(AgentConfig::secret_uses).collect()
    }
}

impl MemoryConfig {
    /// Whether memory is on: only `enabled = false` switches it off.
    pub fn is_enabled(&self) -> bool {
        self.enabled.as_ref().is_none_or(|enabled| enabled.value)
    }

    /// Where the model files are.
    pub fn models_directory(&self) -> Directory<'_> {
        directory(self.models.as_ref(), DEFAULT_MODELS_DIR)
    }

    /// Where the files of connectors are; none where `connectors` is no path.
    pub fn connectors_directory(&self) -> Option<Directory<'_>> {
        let is_path = self.connectors.is_none() || self.connectors_path.is_some();
        is_path.then(|| directory(self.connectors_path.as_ref(), DEFAULT_CONNECTORS_DIR))
    }

    /// Where the data files are.
    pub fn data_directory(&self) -> Directory<'_> {
        directory(self.data.as_ref(), DEFAULT_DATA_DIR)
    }
}

fn directory<'a>(leaf: Option<&'a Spanned<String>>, default: &'a str) -> Directory<'a> {
    match leaf.filter(|leaf| !leaf.value.trim().is_empty()) {
        Some(leaf) => Directory { path: leaf.value.trim(), named_at: Some(&leaf.position) },
        None => Directory { path: default, named_at: None },
    }
}

impl PlatformConfig {
    /// The declared id, or the derived one.
    pub fn stable_id(&self, agent: &AgentId) -> StableId {
        if let Some(id) = &self.id {
            return StableId::from_server(id.as_str());
        }
        let name = self.name.as_ref().map(Spanned::<String>::as_str);
        StableId::derive(agent.as_str(), self.platform_type.as_str(), name)
    }
}

impl AgentConfig {
    /// Its references to secrets: providers, platforms, MCP servers.
    pub fn secret_uses(&self) -> Vec<SecretUse<'_>> {
        let mut uses = Vec::new();
        for provider in self.providers.iter().flatten() {
            self.add(&mut uses, true, provider.key.as_ref(), || format!("providers.{}.key", provider.id.value));
        }
        for platform in &self.platforms {
            let id = platform.stable_id(&self.id.value);
            self.add_entries(&mut uses, &platform.config, &format!("platforms.{id}"));
        }
        for server in &self.mcp_servers {
            self.add_server(&mut uses, server);
        }
        uses
    }

    fn add_server<'a>(&'a self, uses: &mut Vec<SecretUse<'a>>, server: &'a McpServer) {
        let place = format!("mcp.{}", server.id.value);
        self.add_entries(uses, &server.env, &format!("{place}.env"));
        self.add_entries(uses, &server.headers, &format!("{place}.headers"));
        if let Some(oauth) = &server.oauth {
            for (key, text) in [("client_id", &oauth.client_id), ("client_secret", &oauth.client_secret)] {
                self.add(uses, false, text.as_ref(), || format!("{place}.oauth.{key}"));
            }
        }
    }

    fn add_entries<'a>(&'a self, uses: &mut Vec<SecretUse<'a>>, entries: &'a [Entry], place: &str) {
        for entry in entries {
            self.add(uses, false, Some(&entry.value), || format!("{place}.{}", entry.key.value));
        }
    }

    fn add<'a>(
        &'a self,
        uses: &mut Vec<SecretUse<'a>>,
        is_provider: bool,
        text: Option<&'a Spanned<Written>>,
        place: impl FnOnce() -> String,
    ) {
        let Some(text) = text else { return };
        if let Some(name) = text.value.reference() {
            uses.push(SecretUse { name, agent: &self.id.value, place: place(), position: &text.position, is_provider });
        }
    }
}
