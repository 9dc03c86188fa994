//! The memory MCP entry that the server puts into every new agent: carried over, and no part of any diff (P6).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{OrgSlug, Value};
use crate::org::{ActualSettings, SettingsMember};

const NAMES: [&str; 2] = ["owletto", "lobu-memory"];

/// Whether an entry is the injected one: by name and by the path `/mcp/{org}`, whatever its origin.
fn is_injected(name: &str, entry: &Value, org: &OrgSlug) -> bool {
    let url = entry.as_map().and_then(|entry| entry.get("url")).and_then(Value::literal);
    let path = url.and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.split_once('/'));
    NAMES.contains(&name) && path.is_some_and(|(_, path)| path == format!("mcp/{org}"))
}

/// What the server injected into a config, beside what is left of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Injected {
    servers: BTreeMap<String, Value>,
    tools: Vec<Value>,
}

impl Injected {
    /// Takes the injected parts out of `mcpServers` and `preApprovedTools`; what the files declare by that name is theirs.
    pub(super) fn take(
        settings: &ActualSettings,
        org: &OrgSlug,
        declared_servers: &BTreeSet<&str>,
        declared_tools: &BTreeSet<&str>,
    ) -> (Self, Value, Value) {
        let mut injected = Self::default();
        let mut servers = settings.mcp_servers.clone();
        if let Value::Map(entries) = &mut servers {
            let (taken, rest) = std::mem::take(entries)
                .into_iter()
                .partition(|(name, entry)| !declared_servers.contains(name.as_str()) && is_injected(name, entry, org));
            (injected.servers, *entries) = (taken, rest);
        }
        let mut tools = settings.pre_approved_tools.clone();
        if let Value::List(elements) = &mut tools {
            // Also where somebody took the entry away: what the server approved is not ours to take.
            let free = NAMES.iter().filter(|name| !declared_servers.contains(**name));
            let prefixes: Vec<_> = free.map(|name| format!("/mcp/{name}/tools/")).collect();
            let is_ours = |tool: &Value| {
                let text = tool.literal().unwrap_or_default();
                !declared_tools.contains(text) && prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()))
            };
            let (taken, rest) = std::mem::take(elements).into_iter().partition(is_ours);
            (injected.tools, *elements) = (taken, rest);
        }
        (injected, servers, tools)
    }

    /// Puts the injected parts back into a member that will be sent.
    pub(super) fn put_back(&self, member: SettingsMember, value: &mut Value) {
        match (member, value) {
            (SettingsMember::McpServers, Value::Map(entries)) => entries.extend(self.servers.clone()),
            (SettingsMember::PreApprovedTools, Value::List(tools)) => tools.extend(self.tools.iter().cloned()),
            _ => {}
        }
    }
}

/// Adds what the server injected into a new agent's config to the members that are about to be sent (P6).
///
/// What the members have by the same name stays theirs.
pub fn carry_injected(settings: &ActualSettings, org: &OrgSlug, members: &mut BTreeMap<SettingsMember, Value>) {
    let sent = members.clone();
    let servers = sent.get(&SettingsMember::McpServers).and_then(Value::as_map);
    let tools = sent.get(&SettingsMember::PreApprovedTools).and_then(Value::as_list);
    let declared_servers = servers.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let declared_tools = tools.into_iter().flatten().filter_map(Value::literal).collect();
    let (injected, _, _) = Injected::take(settings, org, &declared_servers, &declared_tools);
    for (member, value) in members {
        injected.put_back(*member, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(url: &str) -> Value {
        Value::Map(BTreeMap::from([("url".to_owned(), Value::known(url))]))
    }

    #[test]
    fn the_entry_is_known_by_name_and_path() {
        let org = OrgSlug::from_server("dev");
        assert!(is_injected("owletto", &entry("http://localhost:8787/mcp/dev"), &org));
        assert!(is_injected("lobu-memory", &entry("https://lobu.ai/mcp/dev"), &org));
        assert!(!is_injected("lobu-memory", &entry("https://lobu.ai/mcp/other"), &org));
        assert!(!is_injected("mine", &entry("https://lobu.ai/mcp/dev"), &org));
    }

    #[test]
    fn a_new_agents_entry_and_tool_are_carried_over() {
        let settings = ActualSettings {
            mcp_servers: Value::Map(BTreeMap::from([("lobu-memory".to_owned(), entry("http://x/mcp/dev"))])),
            pre_approved_tools: Value::known_list(["/mcp/lobu-memory/tools/*", "/mcp/x/tools/y"]),
            ..ActualSettings::default()
        };
        let mut members = BTreeMap::from([
            (SettingsMember::McpServers, Value::Map(BTreeMap::new())),
            (SettingsMember::PreApprovedTools, Value::known_list(["/mcp/a/tools/b"])),
        ]);
        carry_injected(&settings, &OrgSlug::from_server("dev"), &mut members);
        assert_eq!(members[&SettingsMember::McpServers], settings.mcp_servers);
        let tools = Value::known_list(["/mcp/a/tools/b", "/mcp/lobu-memory/tools/*"]);
        assert_eq!(members[&SettingsMember::PreApprovedTools], tools);
    }
}
