use serde_json::json;
use url::Url;

use crate::model::OrgSlug;
use crate::wire::{Json, SettingsRow};

/// The names of the memory MCP entry that a server puts into a new agent's config, by generation (P6).
const NAMES: [&str; 2] = ["owletto", "lobu-memory"];

/// What the server put into a new agent's config by itself: its memory MCP entry and the tools of it that are approved.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Injected {
    servers: Vec<(String, Json)>,
    tools: Vec<Json>,
}

impl Injected {
    /// Finds it by name and by the path `/mcp/{org}`; the origin does not count (P6).
    pub(super) fn of(row: &SettingsRow, org: &OrgSlug) -> Self {
        let entry =
            |name: &str| row.mcp_servers.as_ref()?.get(name).filter(|entry| leads_to_memory(entry, org)).cloned();
        let servers: Vec<_> = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), entry(name)?))).collect();
        let is_of = |tool: &str| servers.iter().any(|(name, _)| tool.starts_with(&format!("/mcp/{name}/tools/")));
        let approved = row.pre_approved_tools.as_ref().and_then(Json::as_array).into_iter().flatten();
        let tools = approved.filter(|tool| tool.as_str().is_some_and(is_of)).cloned().collect();
        Self { servers, tools }
    }

    /// Lays the entry beside those of a member that is about to be sent.
    pub(super) fn add_servers(&self, member: &mut Json) {
        if member.is_null() && !self.servers.is_empty() {
            *member = json!({});
        }
        let Some(members) = member.as_object_mut() else { return };
        for (name, entry) in &self.servers {
            members.entry(name.clone()).or_insert_with(|| entry.clone());
        }
    }

    /// Puts the tools behind those of a member that is about to be sent.
    pub(super) fn add_tools(&self, member: &mut Json) {
        if member.is_null() && !self.tools.is_empty() {
            *member = json!([]);
        }
        let Some(elements) = member.as_array_mut() else { return };
        for tool in &self.tools {
            if !elements.contains(tool) {
                elements.push(tool.clone());
            }
        }
    }
}

fn leads_to_memory(entry: &Json, org: &OrgSlug) -> bool {
    let url = entry.get("url").and_then(Json::as_str).and_then(|url| Url::parse(url).ok());
    url.is_some_and(|url| url.path() == format!("/mcp/{org}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_entry_is_found_by_name_and_path() {
        let org = OrgSlug::parse("dev").unwrap();
        let row = SettingsRow {
            mcp_servers: Some(json!({
                "owletto": {"url": "http://localhost:8787/mcp/other"},
                "lobu-memory": {"url": "https://else.example/mcp/dev", "type": "http"},
                "own": {"url": "https://else.example/mcp/dev"},
            })),
            pre_approved_tools: Some(json!(["/mcp/lobu-memory/tools/*", "/mcp/own/tools/x"])),
            ..SettingsRow::default()
        };
        let injected = Injected::of(&row, &org);
        let (mut servers, mut tools) = (json!({"gh": {}}), json!(["/mcp/gh/tools/a"]));
        injected.add_servers(&mut servers);
        injected.add_tools(&mut tools);
        assert_eq!(servers["lobu-memory"]["type"], "http");
        assert_eq!(servers.as_object().unwrap().len(), 2);
        assert_eq!(tools, json!(["/mcp/gh/tools/a", "/mcp/lobu-memory/tools/*"]));
    }
}
