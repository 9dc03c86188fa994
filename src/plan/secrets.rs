//! Which secrets a plan uses and needs (P13, V5).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, SecretName, Text, Value};
use crate::org::{PlatformPut, SecretsMode, SettingsMember, SettingsPatch};
use crate::schema::ResourceKey;

use super::{Need, Row, SecretUse, Write};

/// The new or changed uses of secrets, sorted.
///
/// A server that already uses one counts also when only its URL or command changes: the secret goes somewhere else then.
pub(super) fn used(rows: &[Row]) -> Vec<SecretUse> {
    let mut uses = BTreeSet::new();
    for row in rows.iter().filter(|row| row.is_change()) {
        for write in &row.writes {
            match write {
                Write::PutPlatform(put) => uses.extend(of_platform(row, put)),
                Write::PatchSettings(patch) => uses.extend(of_servers(row, patch)),
                _ => {}
            }
        }
    }
    uses.into_iter().collect()
}

fn of_platform(row: &Row, put: &PlatformPut) -> Vec<SecretUse> {
    let changed = |name: &str| {
        let path = FieldPath::member("config").join(name);
        row.fields.iter().any(|field| field.path == path && field.action.is_change())
    };
    let secrets = put.config.iter().filter(|(name, _)| changed(name)).flat_map(|(name, value)| {
        references(value).into_iter().map(move |secret| SecretUse { name: secret, place: place(&row.key, name) })
    });
    secrets.collect()
}

fn of_servers(row: &Row, patch: &SettingsPatch) -> Vec<SecretUse> {
    let Some(Value::Map(servers)) = patch.members.get(&SettingsMember::McpServers) else { return Vec::new() };
    let changed = |id: &str| {
        let touches =
            |path: &FieldPath| path.root() == "mcpServers" && path.steps().get(1).is_some_and(|step| step == id);
        row.fields.iter().any(|field| field.action.is_change() && touches(&field.path))
    };
    let secrets = servers.iter().filter(|(id, _)| changed(id)).flat_map(|(id, server)| {
        let place = format!("{} (MCP server {id})", destination(server));
        references(server).into_iter().map(move |name| SecretUse { name, place: place.clone() })
    });
    secrets.collect()
}

/// Where a server runs: the host of its URL, or its command. What may not be printed shows at most its host (W2).
fn destination(server: &Value) -> String {
    let text = |name: &str| match server.as_map().and_then(|members| members.get(name)) {
        Some(Value::Text(text)) if !Value::Text(text.clone()).is_blank() => Some(text),
        _ => None,
    };
    let hidden = |what: &str| format!("a hidden {what}");
    if let Some(url) = text("url") {
        let shown = match url {
            Text::Known(url) => host(url.split_once("://").map_or(url.as_str(), |(_, rest)| rest)),
            other => other.literal().and_then(|url| url.split_once("://")).and_then(|(_, rest)| host(rest)),
        };
        return shown.unwrap_or_else(|| hidden("URL"));
    }
    match text("command") {
        Some(Text::Known(command)) => format!("command `{command}`"),
        Some(_) => hidden("command"),
        None => "nowhere yet".to_owned(),
    }
}

/// The host and port of a URL without its scheme.
fn host(url: &str) -> Option<String> {
    let authority = url.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next().filter(|host| !host.is_empty())?;
    Some(host.to_owned())
}

/// The secrets that the writes need, with the places: values where the server has no secrets API, names where it has.
pub(super) fn needs(mode: SecretsMode, rows: &[Row]) -> Vec<Need> {
    let mut places: BTreeMap<SecretName, Vec<String>> = BTreeMap::new();
    for row in rows {
        for write in &row.writes {
            match write {
                Write::PutPlatform(put) => {
                    for (name, value) in &put.config {
                        for secret in references(value) {
                            places.entry(secret).or_default().push(place(&row.key, name));
                        }
                    }
                }
                // Without the secrets API an MCP reference is sent as text and needs nothing.
                Write::PatchSettings(patch) if mode != SecretsMode::Values => {
                    for secret in patch.members.get(&SettingsMember::McpServers).map(references).unwrap_or_default() {
                        places.entry(secret).or_default().push(format!("{}.mcpServers", row.key.id));
                    }
                }
                _ => {}
            }
        }
    }
    places.into_iter().map(|(name, places)| Need { name, places }).collect()
}

/// `agent/platform.field`; the id of a platform's key already names its agent.
fn place(key: &ResourceKey, field: &str) -> String {
    format!("{}.{field}", key.id)
}

fn references(value: &Value) -> BTreeSet<SecretName> {
    match value {
        Value::Text(Text::SecretRef(name)) => BTreeSet::from([name.clone()]),
        Value::List(elements) => elements.iter().flat_map(references).collect(),
        Value::Map(members) => members.values().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => BTreeSet::new(),
    }
}
