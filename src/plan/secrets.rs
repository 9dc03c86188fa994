//! Which secrets a plan uses and needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, SecretName, Text, Value};
use crate::schema::{Entries, Field, ResourceKey, SecretsMode, Sent, Shape, Write, file_path};

use super::{Need, Row, SecretUse};

/// The new or changed uses of secrets, sorted.
///
/// A server that already uses one counts also when only its URL or command changes: the secret goes somewhere else then.
pub(super) fn used(rows: &[Row]) -> Vec<SecretUse> {
    let mut uses = BTreeSet::new();
    for row in rows.iter().filter(|row| row.is_change()) {
        for (field, value) in row.writes.iter().filter_map(Write::sent).flat_map(Sent::values) {
            match field.shape {
                Shape::Config { .. } => uses.extend(of_config(row, field, value)),
                Shape::Map(entries) if field.holds_secrets() => uses.extend(of_entries(row, field, entries, value)),
                _ => {}
            }
        }
    }
    let mut uses: Vec<SecretUse> = uses.into_iter().collect();
    uses.sort_by_cached_key(|one| (one.name.clone(), one.place()));
    uses
}

/// Whether a part of a field is written: the entry of this name, or something in it.
fn is_changed(row: &Row, field: &Field, entry: &str) -> bool {
    let touches = |path: &FieldPath| path.root() == field.name && path.steps().get(1).is_some_and(|step| step == entry);
    row.fields.iter().any(|change| change.action.is_change() && touches(&change.path))
}

fn of_config(row: &Row, field: &Field, config: &Value) -> Vec<SecretUse> {
    let entries = config.as_map().into_iter().flatten().filter(|(name, _)| is_changed(row, field, name));
    let secrets = entries.flat_map(|(name, value)| {
        let used = move |secret| SecretUse { name: secret, user: place(&row.key, name), destination: None };
        references(value).into_iter().map(used)
    });
    secrets.collect()
}

fn of_entries(row: &Row, field: &Field, entries: &Entries, value: &Value) -> Vec<SecretUse> {
    let found = value.as_map().into_iter().flatten().filter(|(id, _)| is_changed(row, field, id));
    let secrets = found.flat_map(|(id, entry)| {
        let (user, destination) = (format!("{} {id}", entries.noun), Some(destination(entry)));
        references(entry).into_iter().map(move |name| SecretUse {
            name,
            user: user.clone(),
            destination: destination.clone(),
        })
    });
    secrets.collect()
}

/// Where a server runs: the host of its URL, or its command. What may not be printed shows at most its host.
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
        for (field, value) in row.writes.iter().filter_map(Write::sent).flat_map(Sent::values) {
            match field.shape {
                Shape::Config { .. } => {
                    for (name, value) in value.as_map().into_iter().flatten() {
                        for secret in references(value) {
                            places.entry(secret).or_default().push(place(&row.key, name));
                        }
                    }
                }
                // Without the secrets API such a reference is sent as text and needs nothing.
                _ if field.holds_secrets() && mode != SecretsMode::Values => {
                    for secret in references(value) {
                        places
                            .entry(secret)
                            .or_default()
                            .push(place(&row.key, &file_path(row.key.kind, &FieldPath::member(field.name))));
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
