//! Platforms, in both shapes (`docs/api/platforms.md`).

use serde_json::{Map, Value, json};

use super::agents::{malformed, not_found, success};
use super::message::{Answer, RecordedRequest, members};
use super::options::{Generation, SecretReading};
use super::state::{Platform, Snapshot, State};

/// The types that a chat manager can run.
const SUPPORTED: [&str; 6] = ["telegram", "slack", "discord", "whatsapp", "teams", "gchat"];

/// `GET …/agents/{id}/platforms`: newest first, but with a manager in the runtime's order.
pub(crate) fn list(state: &mut State, org: &str, agent: &str) -> Answer {
    if state.agent_position(org, agent).is_none() {
        return not_found();
    }
    write_back(state, org, agent);
    let mut rows: Vec<Value> = state
        .platforms
        .iter()
        .filter(|platform| platform.org == org && platform.agent == agent)
        .map(|platform| read(state, platform))
        .collect();
    if !state.options.manager {
        rows.reverse();
    }
    Answer::json(200, &json!({"platforms": rows}))
}

/// `GET …/agents/{id}/platforms/{platform}`
pub(crate) fn get(state: &mut State, org: &str, agent: &str, id: &str) -> Answer {
    write_back(state, org, agent);
    match state.platforms.iter().find(|platform| owned(platform, org, agent, id)) {
        Some(platform) => Answer::json(200, &read(state, platform)),
        None => Answer::error(404, "Platform not found"),
    }
}

/// `DELETE …/agents/{id}/platforms/{platform}`: a manager keeps its row, so that it comes back.
pub(crate) fn delete(state: &mut State, org: &str, agent: &str, id: &str) -> Answer {
    let Some(position) = state.platforms.iter().position(|platform| owned(platform, org, agent, id)) else {
        return Answer::error(404, "Platform not found");
    };
    if state.options.manager {
        if let Some(platform) = state.platforms.get_mut(position) {
            platform.snapshot = None;
        }
    } else {
        state.platforms.remove(position);
    }
    success()
}

/// `PUT …/agents/{id}/platforms/by-stable-id/{stable id}`; `name` is ignored.
pub(crate) fn put(state: &mut State, org: &str, agent: &str, id: &str, request: &RecordedRequest) -> Answer {
    let Some(body) = request.json() else {
        return malformed();
    };
    if state.agent_position(org, agent).is_none() {
        return not_found();
    }
    let Some(kind) = body.get("platform").and_then(Value::as_str).filter(|kind| !kind.is_empty()) else {
        return Answer::error(400, "platform is required");
    };
    let put =
        Put { org, agent, id, kind, config: spread(body.get("config")), settings: body.get("settings").map(members) };
    let taken = state
        .platforms
        .iter()
        .position(|platform| platform.id == id && (platform.org == org || state.options.generation == Generation::G1));
    let Some(position) = taken else {
        return create(state, &put);
    };
    match state.platforms.get(position) {
        Some(platform) if platform.org != org => Answer::error(500, "Platform vanished after conflict"),
        Some(platform) if platform.agent != agent => Answer::error(409, "Stable ID already used by a different agent"),
        _ if state.options.manager => update_running(state, position, &put),
        _ if state.options.generation == Generation::G1 => update_stored(state, position, &put),
        _ => no_manager(),
    }
}

/// What a PUT asks for.
struct Put<'request> {
    org: &'request str,
    agent: &'request str,
    id: &'request str,
    kind: &'request str,
    config: Map<String, Value>,
    settings: Option<Map<String, Value>>,
}

impl Put<'_> {
    /// The submitted settings over the server's default.
    fn effective_settings(&self) -> Map<String, Value> {
        let mut settings = Map::from_iter([("allowGroups".to_owned(), json!(true))]);
        settings.extend(self.settings.clone().unwrap_or_default());
        settings
    }

    /// A stored config with every submitted key over it that is not a `***…`; so a key that the
    /// client left out stays for ever.
    fn over(&self, stored: &Map<String, Value>) -> Map<String, Value> {
        let mut merged = stored.clone();
        for (key, value) in &self.config {
            if !is_masked(value) {
                merged.insert(key.clone(), value.clone());
            }
        }
        merged.insert("platform".to_owned(), json!(self.kind));
        merged
    }

    /// Whether the server sees a change: objects and arrays that a client sends never equal the
    /// stored ones, because it compares their identity.
    fn changes(&self, config: &Map<String, Value>, settings: &Map<String, Value>) -> bool {
        let submitted = self.config.iter().any(|(key, value)| !is_masked(value) && !same(config.get(key), value));
        let kind = config.get("platform") != Some(&json!(self.kind));
        let effective = self.effective_settings();
        let resettled =
            effective.len() != settings.len() || effective.iter().any(|(key, value)| !same(settings.get(key), value));
        submitted || kind || resettled
    }
}

fn create(state: &mut State, put: &Put<'_>) -> Answer {
    if !state.options.manager && state.options.generation != Generation::G1 {
        return no_manager();
    }
    if state.options.manager
        && let Some(refusal) = refused_by_manager(put)
    {
        return refusal;
    }
    let now = state.now();
    let mut config = put.config.clone();
    config.insert("platform".to_owned(), json!(put.kind));
    let settings = put.effective_settings();
    let snapshot = state.options.manager.then(|| Snapshot {
        config: config.clone(),
        settings: settings.clone(),
        created_at: now - 1,
        updated_at: now,
    });
    let platform = Platform {
        org: put.org.to_owned(),
        agent: put.agent.to_owned(),
        id: put.id.to_owned(),
        kind: put.kind.to_owned(),
        metadata: if state.options.manager { learnt(put) } else { Map::new() },
        live: config.clone(),
        settings,
        created_at: now,
        updated_at: now,
        snapshot,
    };
    let answer = if state.options.manager {
        json!({"platform": row(state, &platform, &config)})
    } else {
        json!({"platform": {"id": put.id, "platform": put.kind, "status": "stopped"}})
    };
    state.platforms.push(platform);
    Answer::json(201, &answer)
}

/// Without a manager: one table, everything in clear, and absent settings mean the default.
fn update_stored(state: &mut State, position: usize, put: &Put<'_>) -> Answer {
    let now = state.now();
    let Some(platform) = state.platforms.get_mut(position) else {
        return not_found();
    };
    let changed = put.changes(&platform.live, &platform.settings);
    if changed {
        platform.live = put.over(&platform.live);
        platform.settings = put.effective_settings();
        put.kind.clone_into(&mut platform.kind);
        platform.updated_at = now;
    }
    let platform = platform.clone();
    let shown = row(state, &platform, &platform.live);
    Answer::json(200, &outcome(changed, &shown))
}

/// With a manager: the snapshot decides whether anything changed, the runtime gets what was sent,
/// and the snapshot is then written from the redacted answer, so that it keeps the old secret: the
/// way back from B to A is answered `noop` while B stays live.
fn update_running(state: &mut State, position: usize, put: &Put<'_>) -> Answer {
    let now = state.now();
    let Some(platform) = state.platforms.get_mut(position) else {
        return not_found();
    };
    // After a DELETE the snapshot is gone; what the runtime shows then stands in for it.
    let snapshot = platform.snapshot.clone().unwrap_or_else(|| Snapshot {
        config: mask_references(platform),
        settings: platform.settings.clone(),
        created_at: platform.created_at,
        updated_at: platform.updated_at,
    });
    if !put.changes(&snapshot.config, &snapshot.settings) {
        let stored = Platform {
            created_at: snapshot.created_at,
            updated_at: snapshot.updated_at,
            settings: snapshot.settings,
            ..platform.clone()
        };
        let shown = row(state, &stored, &snapshot.config);
        return Answer::json(200, &outcome(false, &shown));
    }
    if let Some(field) = unresolvable(&platform.live) {
        return Answer::error(
            400,
            format!("Failed to resolve secret ref for connection {} field \"{field}\"", platform.id),
        );
    }
    platform.live = put.over(&platform.live);
    if put.settings.is_some() {
        platform.settings = put.effective_settings();
    }
    put.kind.clone_into(&mut platform.kind);
    platform.updated_at = now;
    let redacted = mask_values(&platform.live);
    absorb(platform, &redacted);
    let platform = platform.clone();
    let shown = row(state, &platform, &redacted);
    Answer::json(200, &outcome(true, &shown))
}

/// The side effect of a GET with a manager: runtime rows are written over the snapshots, redacted
/// values excepted.
fn write_back(state: &mut State, org: &str, agent: &str) {
    if !state.options.manager {
        return;
    }
    for platform in &mut state.platforms {
        if platform.org == org && platform.agent == agent {
            let redacted = mask_references(platform);
            absorb(platform, &redacted);
        }
    }
}

/// Writes a redacted config into the snapshot: a `***…` keeps the old ciphertext where the
/// snapshot's own rule calls the field a secret, and is stored as text where it does not.
fn absorb(platform: &mut Platform, redacted: &Map<String, Value>) {
    let old = platform.snapshot.take();
    let mut config = Map::new();
    for (key, value) in redacted {
        if is_masked(value) && is_snapshot_secret(key) {
            if let Some(kept) = old.as_ref().and_then(|snapshot| snapshot.config.get(key)) {
                config.insert(key.clone(), kept.clone());
            }
        } else {
            config.insert(key.clone(), value.clone());
        }
    }
    platform.snapshot = Some(Snapshot {
        config,
        settings: platform.settings.clone(),
        created_at: old.map_or(platform.created_at, |snapshot| snapshot.created_at),
        updated_at: platform.updated_at,
    });
}

impl State {
    /// Gives a platform that was laid out by hand its second table.
    pub(crate) fn copy_to_snapshot(&mut self, id: &str) {
        for platform in self.platforms.iter_mut().filter(|platform| self.options.manager && platform.id == id) {
            platform.snapshot = Some(Snapshot {
                config: platform.live.clone(),
                settings: platform.settings.clone(),
                created_at: platform.created_at,
                updated_at: platform.updated_at,
            });
        }
    }
}

fn outcome(changed: bool, platform: &Value) -> Value {
    if changed {
        json!({"updated": true, "willRestart": true, "platform": platform})
    } else {
        json!({"noop": true, "platform": platform})
    }
}

fn no_manager() -> Answer {
    Answer::error(503, "Chat instance manager is not available")
}

fn refused_by_manager(put: &Put<'_>) -> Option<Answer> {
    if !SUPPORTED.contains(&put.kind) {
        return Some(Answer::error(400, format!("Unsupported platform: {}", put.kind)));
    }
    let token = put.config.get("botToken").and_then(Value::as_str).unwrap_or_default();
    (matches!(put.kind, "telegram" | "discord") && token.is_empty()).then(|| {
        let variable = put.kind.to_ascii_uppercase();
        Answer::error(400, format!("botToken is required. Set {variable}_BOT_TOKEN or provide it in config."))
    })
}

/// What the adapter of a type finds out about its bot.
fn learnt(put: &Put<'_>) -> Map<String, Value> {
    let metadata = match put.kind {
        "telegram" => json!({"botUsername": format!("bot-{}", put.id)}),
        "discord" => json!({"botUsername": "bot", "botUserId": put.config.get("applicationId")}),
        _ => json!({}),
    };
    members(&metadata)
}

/// A platform as a GET shows it.
fn read(state: &State, platform: &Platform) -> Value {
    if !state.options.manager {
        return row(state, platform, &platform.live);
    }
    match state.options.secret_reading {
        SecretReading::Masked => row(state, platform, &mask_references(platform)),
        SecretReading::Reference => row(state, platform, &references(platform)),
    }
}

fn row(state: &State, platform: &Platform, config: &Map<String, Value>) -> Value {
    let mut row = members(&json!({
        "id": platform.id,
        "platform": platform.kind,
        "config": config,
        "settings": platform.settings,
        "metadata": platform.metadata,
        "status": if state.options.manager { "active" } else { "stopped" },
        "createdAt": platform.created_at,
        "updatedAt": platform.updated_at,
    }));
    row.insert(state.options.agent_member().to_owned(), json!(platform.agent));
    Value::Object(row)
}

/// The runtime's config with each secret as the reference that the table has.
fn references(platform: &Platform) -> Map<String, Value> {
    let mut config = platform.live.clone();
    for (key, value) in &mut config {
        if let Value::String(text) = value
            && is_runtime_secret(key)
            && !text.is_empty()
            && !text.starts_with("secret://")
        {
            *text = format!("secret://connections%2F{}%2F{key}", platform.id);
        }
    }
    config
}

/// `***` and the tail of the reference, which is the tail of the field's name.
fn mask_references(platform: &Platform) -> Map<String, Value> {
    mask_values(&references(platform))
}

/// `***` and the last four characters of the value itself.
fn mask_values(config: &Map<String, Value>) -> Map<String, Value> {
    let mut masked = config.clone();
    for (key, value) in &mut masked {
        if let Value::String(text) = value
            && is_runtime_secret(key)
            && !text.is_empty()
        {
            let characters: Vec<char> = text.chars().collect();
            let tail: String = characters.iter().skip(characters.len().saturating_sub(4)).collect();
            *text = format!("***{tail}");
        }
    }
    masked
}

/// A field whose `secret://…` came from a client and leads nowhere.
fn unresolvable(live: &Map<String, Value>) -> Option<&String> {
    live.iter().find(|(_, value)| value.as_str().is_some_and(|text| text.starts_with("secret://"))).map(|(key, _)| key)
}

fn is_runtime_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["token", "secret", "password", "key", "credential"].iter().any(|word| key.contains(word))
}

fn is_snapshot_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["credential", "secret", "token", "password", "api_key", "api-key", "apikey", "authorization"]
        .iter()
        .any(|word| key.contains(word))
}

fn is_masked(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("***"))
}

fn same(stored: Option<&Value>, submitted: &Value) -> bool {
    !submitted.is_object() && !submitted.is_array() && stored == Some(submitted)
}

fn owned(platform: &Platform, org: &str, agent: &str, id: &str) -> bool {
    platform.org == org && platform.agent == agent && platform.id == id
}

/// The members of a submitted config; an array spreads into its positions, as JavaScript does.
fn spread(config: Option<&Value>) -> Map<String, Value> {
    match config {
        Some(Value::Object(object)) => object.clone(),
        Some(Value::Array(elements)) => {
            elements.iter().enumerate().map(|(position, element)| (position.to_string(), element.clone())).collect()
        }
        _ => Map::new(),
    }
}
