use std::collections::BTreeMap;

use crate::model::{FieldPath, Value};
use crate::plan::FieldChange;
use crate::project::config::McpServer;
use crate::schema::file_path;
use crate::schema::kinds::SETTINGS;
use crate::schema::kinds::settings::MCP_SERVERS;

use super::agent::PulledAgent;
use super::draft::{Draft, brief};
use super::skill_lists::{ServerEntry, is_brought};
use super::{Content, NodePath};

/// The transports that lobu.toml knows.
const TYPES: [&str; 3] = ["streamable-http", "sse", "stdio"];

/// Whose login an MCP server uses.
const SCOPES: [&str; 2] = ["user", "channel"];

/// The plain members of a server, with their keys in lobu.toml, in the order in which they are written.
const PLAIN: [(&str, &str); 5] =
    [("type", "type"), ("url", "url"), ("command", "command"), ("args", "args"), ("authScope", "auth_scope")];

/// The members of `oauth`, with their keys in lobu.toml.
const OAUTH: [(&str, &str); 6] = [
    ("authUrl", "auth_url"),
    ("tokenUrl", "token_url"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("scopes", "scopes"),
    ("tokenEndpointAuthMethod", "token_endpoint_auth_method"),
];

/// Takes over the MCP servers.
pub(super) fn pull(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    fields: &[&FieldChange],
    of_skills: &BTreeMap<String, ServerEntry>,
) {
    let mut by_server: BTreeMap<&str, Vec<&FieldChange>> = BTreeMap::new();
    for field in fields {
        if let Some(id) = field.path.steps().get(1) {
            by_server.entry(id).or_default().push(field);
        }
    }
    for (id, fields) in by_server {
        let config = agent.config.and_then(|config| config.mcp_servers.iter().find(|server| server.id.value == id));
        let place = agent.place().key("skills").key("mcp").key(id);
        let is_whole = fields.iter().any(|field| field.path.steps().len() == 2);
        match (config, actual(agent, id)) {
            (_, None) if is_whole => gone(draft, id, place, config),
            (Some(config), Some(entry)) => {
                let shown = draft.fields.len();
                for field in fields {
                    change(draft, agent, &place, config, entry, field);
                }
                note_move(draft, agent, config, shown);
            }
            // A skill brings it just so.
            (None, Some(entry)) if of_skills.get(id).is_some_and(|brought| is_brought(entry, brought)) => {}
            // The agent's own table is the whole of a server, also of one that a skill brings.
            (None, Some(entry)) => add(draft, agent, id, place, entry),
            (_, None) => {}
        }
    }
}

/// A server that only the files have.
fn gone(draft: &mut Draft<'_, '_>, id: &str, place: NodePath, config: Option<&McpServer>) {
    let path = FieldPath::of(["mcpServers", id]);
    match config {
        Some(_) if draft.prune_local => {
            draft.show(&path, Some(&Value::known(id)), None);
            draft.remove(place);
        }
        None if draft.prune_local => draft.unwritable(&path, "a skill adds it; remove it from the skill"),
        _ => draft.lacks(&path),
    }
}

fn actual<'org>(agent: &PulledAgent<'org>, id: &str) -> Option<&'org Value> {
    agent.value(MCP_SERVERS)?.as_map()?.get(id)
}

/// Says that what the files declare for a server goes where the org says once this is applied.
fn note_move(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, config: &McpServer, shown: usize) {
    let is_destination = |field: &FieldChange| {
        matches!(field.path.leaf(), "url" | "type" | "command" | "args" | "authUrl" | "tokenUrl")
            && !field.path.steps().iter().any(|step| step == "env" || step == "headers")
    };
    let Some(moved) = draft.fields.iter().skip(shown).find(|field| is_destination(field)) else { return };
    let moved = file_path(SETTINGS, &moved.path);
    let moved = moved.rsplit('.').next().unwrap_or(&moved).to_owned();
    let entries = [("env", &config.env), ("headers", &config.headers)];
    let values = entries.into_iter().flat_map(|(group, entries)| {
        let values = entries.iter().filter(|entry| !entry.value.as_str().is_empty());
        values.map(move |entry| format!("{group}.{}", entry.key.value))
    });
    let oauth = config.oauth.iter().flat_map(|oauth| {
        let clients = [("client_id", &oauth.client_id), ("client_secret", &oauth.client_secret)];
        clients.into_iter().filter(|(_, value)| value.is_some()).map(|(key, _)| format!("oauth.{key}"))
    });
    let values: Vec<String> = values.chain(oauth).map(|value| brief(&value)).collect();
    if !values.is_empty() {
        draft.notes.push(format!(
            "MCP server {} of agent {} takes the org's {moved}: check it, since the next apply sends {} there",
            brief(&config.id.value),
            agent.id,
            values.join(", ")
        ));
    }
}

/// Takes over one field of a server of the file.
fn change(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    place: &NodePath,
    config: &McpServer,
    entry: &Value,
    field: &FieldChange,
) {
    let steps: Vec<&str> = field.path.steps().iter().skip(2).map(String::as_str).collect();
    match steps.as_slice() {
        [group @ ("env" | "headers"), key] => {
            if draft.refuses_name(&FieldPath::of(["mcpServers", &config.id.value, group]), key) {
                return;
            }
            let words = [agent.id, "mcp", config.id.value.as_str(), key];
            draft.secret(field, &words, place.key(*group).key(*key));
        }
        ["oauth", member] => {
            if entry.as_map().is_none_or(|entry| !entry.contains_key("oauth")) {
                without_oauth(draft, config, place.key("oauth"));
                return;
            }
            let Some((_, key)) = OAUTH.iter().find(|(name, _)| name == member) else { return };
            let place = place.key("oauth").key(*key);
            if matches!(*member, "clientId" | "clientSecret") {
                draft.secret(field, &[agent.id, "mcp", config.id.value.as_str(), key], place);
            } else {
                plain(draft, field, place);
            }
        }
        [member] => {
            if let Some((_, key)) = PLAIN.iter().find(|(name, _)| name == member) {
                plain(draft, field, place.key(*key));
            }
        }
        _ => {}
    }
}

/// The org has no `oauth` for a server of the files: its addresses can't be emptied, so that it goes whole or stays.
fn without_oauth(draft: &mut Draft<'_, '_>, config: &McpServer, place: NodePath) {
    let path = FieldPath::of(["mcpServers", &config.id.value, "oauth"]);
    let is_told =
        draft.missing.iter().any(|missing| missing.path == path) || draft.fields.iter().any(|field| field.path == path);
    if is_told {
        return;
    }
    if draft.prune_local {
        draft.show(&path, Some(&Value::known("oauth")), None);
        draft.remove(place);
    } else {
        draft.lacks(&path);
    }
}

fn plain(draft: &mut Draft<'_, '_>, field: &FieldChange, place: NodePath) {
    let is_list = matches!(field.path.leaf(), "args" | "scopes");
    let empty = if is_list { Content::List(Vec::new()) } else { Content::text("") };
    let Some(content) = draft.plain_or(field, empty) else { return };
    if !fits(draft, &field.path, &content) {
        return;
    }
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    draft.set(place, content);
}

/// Whether a member has a form that lobu.toml takes; told if not.
fn fits(draft: &mut Draft<'_, '_>, path: &FieldPath, content: &Content) -> bool {
    let words: &[&str] = match path.leaf() {
        "type" => &TYPES,
        "authScope" => &SCOPES,
        _ => &[],
    };
    let is_text = |content: &Content| matches!(content, Content::Text(_));
    let fits = match (path.leaf(), content) {
        ("args" | "scopes", Content::List(elements)) => elements.iter().all(is_text),
        ("args" | "scopes", _) => false,
        (_, Content::Text(text)) => words.is_empty() || text.is_empty() || words.contains(&text.as_str()),
        _ => false,
    };
    if !fits {
        draft.unwritable(path, "lobu.toml does not support this value here");
    }
    fits
}

/// Takes a whole server in.
fn add(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, id: &str, place: NodePath, entry: &Value) {
    if draft.refuses_name(&FieldPath::of(["mcpServers"]), id) {
        return;
    }
    let path = FieldPath::of(["mcpServers", id]);
    let Some(members) = entry.as_map() else {
        draft.unwritable(&path, "it is not an object");
        return;
    };
    let references = draft.references.len();
    let Some((content, shown)) = server(draft, agent, id, &path, members) else {
        // A server without its address, or with half of its values, is none.
        draft.references.truncate(references);
        return;
    };
    let known = ["env", "headers", "oauth"];
    let is_known = |name: &str| known.contains(&name) || PLAIN.iter().any(|(member, _)| *member == name);
    if members.keys().any(|name| !is_known(name)) {
        let (id, agent) = (brief(id), agent.id);
        draft.notes.push(format!("MCP server {id} of agent {agent} has members that files cannot express"));
    }
    draft.show(&path, None, Some(shown));
    draft.set(place, Content::Table(content));
}

type Members = Vec<(String, Content)>;

fn server(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    id: &str,
    path: &FieldPath,
    members: &BTreeMap<String, Value>,
) -> Option<(Members, Value)> {
    let (mut table, mut shown) = (Members::new(), BTreeMap::new());
    for (member, key) in PLAIN {
        let Some(value) = members.get(member).filter(|value| !value.is_blank()) else { continue };
        let path = path.join(member);
        let content = draft.plain(&path, value)?;
        fits(draft, &path, &content).then_some(())?;
        table.push((key.to_owned(), content));
        shown.insert(member.to_owned(), value.clone());
    }
    for group in ["headers", "env"] {
        let Some(entries) = members.get(group).filter(|value| !value.is_blank()) else { continue };
        let path = path.join(group);
        let Some(entries) = entries.as_map() else {
            draft.unwritable(&path, "it is not an object");
            return None;
        };
        let words = |key: &str| [agent.id.to_owned(), "mcp".to_owned(), id.to_owned(), key.to_owned()];
        let (content, group_shown) = secrets(draft, &path, entries, &words)?;
        table.push((group.to_owned(), Content::Table(content)));
        shown.insert(group.to_owned(), group_shown);
    }
    if let Some(oauth) = members.get("oauth").filter(|value| !value.is_blank()) {
        let (content, oauth_shown) = oauth_table(draft, agent, id, &path.join("oauth"), oauth)?;
        table.push(("oauth".to_owned(), Content::Table(content)));
        shown.insert("oauth".to_owned(), oauth_shown);
    }
    Some((table, Value::Map(shown)))
}

fn secrets(
    draft: &mut Draft<'_, '_>,
    path: &FieldPath,
    entries: &BTreeMap<String, Value>,
    words: &dyn Fn(&str) -> [String; 4],
) -> Option<(Members, Value)> {
    let (mut table, mut shown) = (Members::new(), BTreeMap::new());
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_blank()) {
        if draft.refuses_name(path, key) {
            return None;
        }
        let words = words(key);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (content, entry_shown) = draft.secret_value(&path.join(key.clone()), value, &words)?;
        table.push((key.clone(), content));
        shown.insert(key.clone(), entry_shown);
    }
    Some((table, Value::Map(shown)))
}

fn oauth_table(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    id: &str,
    path: &FieldPath,
    oauth: &Value,
) -> Option<(Members, Value)> {
    let members = oauth.as_map();
    let has = |name: &str| members.and_then(|members| members.get(name)).is_some_and(|value| !value.is_blank());
    let Some(members) = members.filter(|_| has("authUrl") && has("tokenUrl")) else {
        draft.unwritable(path, "it needs both `authUrl` and `tokenUrl`");
        return None;
    };
    let (mut table, mut shown) = (Members::new(), BTreeMap::new());
    for (member, key) in OAUTH {
        let Some(value) = members.get(member).filter(|value| !value.is_blank()) else { continue };
        let path = path.join(member);
        let (content, value_shown) = if matches!(member, "clientId" | "clientSecret") {
            draft.secret_value(&path, value, &[agent.id, "mcp", id, key])?
        } else {
            let content = draft.plain(&path, value)?;
            fits(draft, &path, &content).then_some(())?;
            (content, value.clone())
        };
        table.push((key.to_owned(), content));
        shown.insert(member.to_owned(), value_shown);
    }
    Some((table, Value::Map(shown)))
}
