//! Where the secrets of a document go: a secret that a write keeps, by its mask or by leaving it out, stays where it is.
//!
//! Who may write settings may not read what they hide. If a kept header followed its MCP server to another URL, a write would be
//! a way to read it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::refusal::Refusal;

/// The members of an MCP server that say where its headers, environment and OAuth secrets go.
const OF_SERVERS: [&[&str]; 6] =
    [&["url"], &["type"], &["command"], &["args"], &["oauth", "authUrl"], &["oauth", "tokenUrl"]];

/// Ends of a config key's name that say that its value is an address.
const ENDS: [&str; 10] =
    ["url", "uri", "endpoint", "host", "hostname", "server", "domain", "webhook", "homeserver", "baseurl"];

/// Tells whether the values of an MCP server would go elsewhere; null, empty and absent are the same.
pub(super) fn server_moves(stored: &Value, given: &Value) -> bool {
    OF_SERVERS.iter().any(|path| at(stored, path) != at(given, path))
}

fn at<'value>(server: &'value Value, path: &[&str]) -> Option<&'value Value> {
    let found = path.iter().try_fold(server, |value, name| value.get(name))?;
    let is_blank = match found {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    (!is_blank).then_some(found)
}

/// Tells whether the values of a platform would go elsewhere: its type differs, or an address in its config.
pub(super) fn platform_moves(stored: &Value, given: &Value) -> bool {
    let addresses = |config: &Value| {
        let mut found = BTreeSet::new();
        collect(config, &mut Vec::new(), &mut found);
        found
    };
    let (before, after) = (addresses(stored), addresses(given));
    // A key that is an address before or after only, such as one that was no URL, is compared as well.
    let differs = |path: &Vec<String>| text_at(stored, path) != text_at(given, path);
    stored.get("platform") != given.get("platform") || before.union(&after).any(differs)
}

fn collect(value: &Value, path: &mut Vec<String>, found: &mut BTreeSet<Vec<String>>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::String(text) => {
            if text.contains("://") && !text.starts_with("secret://")
                || path.last().is_some_and(|name| is_address(name))
            {
                found.insert(path.clone());
            }
            return;
        }
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => return,
    };
    for (name, value) in inner {
        path.push(name);
        collect(value, path, found);
        path.pop();
    }
}

fn text_at<'value>(config: &'value Value, path: &[String]) -> Option<&'value str> {
    let found = path.iter().try_fold(config, |value, name| match value {
        Value::Array(items) => name.parse::<usize>().ok().and_then(|index| items.get(index)),
        other => other.get(name),
    })?;
    found.as_str().filter(|text| !text.is_empty())
}

/// Tells whether a key of a config names an address: `url`, `serverUrl`, `api_host`, but not `ghost`.
pub(super) fn is_address(name: &str) -> bool {
    let lower = name.to_lowercase();
    ENDS.iter().any(|end| {
        let Some(before) = lower.strip_suffix(end) else { return false };
        let Some(start) = name.get(before.len()..) else { return false };
        let begins_word = start.starts_with(char::is_uppercase);
        before.is_empty() || begins_word || before.ends_with(|c: char| !c.is_alphabetic())
    })
}

/// Refuses a write that would send what it keeps elsewhere.
pub(super) fn refuse(field: &str) -> Refusal {
    let message = format!(
        "`{field}` changes where values are sent, and the request keeps values that it does not give; give them, or leave \
         them out to remove them."
    );
    Refusal::field("destination_changed", field, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_the_end_of_their_name() {
        for name in ["url", "serverUrl", "API_URL", "serverURL", "matrix.homeserver", "baseurl", "host", "api-host"] {
            assert!(is_address(name), "{name}");
        }
        for name in ["botToken", "ghost", "urls", "hosting", "observer", ""] {
            assert!(!is_address(name), "{name}");
        }
    }
}
