//! Watchers, with what makes them hard to keep: archives, versions that inherit, refusals with status 200.

use lobu::model::cron_problem;
use serde_json::{Map, Value, json};

use super::access::Caller;
use super::message::{Answer, RecordedRequest};
use super::options::Generation;
use super::state::State;

/// A watcher: everything of it as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Watcher {
    /// The org that has it.
    pub(crate) org: String,
    /// `watcher_id`.
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) is_archived: bool,
    /// The number of its version.
    pub(crate) version: i64,
    /// `watcher_group_id`: its own, unless versions are shared.
    pub(crate) group: i64,
    /// Its members, those of the version included.
    pub(crate) fields: Map<String, Value>,
}

/// What versions hold.
const OF_VERSION: [&str; 10] = [
    "prompt",
    "extraction_schema",
    "json_template",
    "keying_config",
    "classifiers",
    "condensation_prompt",
    "condensation_window_count",
    "reactions_guidance",
    "name",
    "description",
];
/// What an update changes, in the first generation and from the second on.
const OF_UPDATE: [&str; 5] = ["schedule", "agent_id", "scheduler_client_id", "tags", "model_config"];
const SINCE_SECOND: [&str; 5] =
    ["device_worker_id", "agent_kind", "notification_channel", "notification_priority", "min_cooldown_seconds"];

fn is_first(state: &State) -> bool {
    state.options.generation == Generation::G1
}

fn failed(text: impl Into<String>) -> Answer {
    Answer::error(400, text)
}

/// `GET /api/{org}/watchers`: active ones, or what the query asks for; whatever goes wrong is a 400.
pub(crate) fn list(state: &State, org: &str, request: &RecordedRequest) -> Answer {
    let query = request.query.as_deref().unwrap_or_default();
    let asked = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if let Some(id) = asked("watcher_id") {
        let found = state.watchers.iter().find(|watcher| watcher.org == org && watcher.id.to_string() == id);
        let mut answer = json!({"windows": [], "pagination": {}, "metadata": {}});
        if let Some(watcher) = found {
            answer["watcher"] = row(state, watcher, true);
            answer["watcher"]["reaction_script"] = watcher.fields.get("reaction_script").cloned().unwrap_or_default();
        }
        return Answer::json(200, &answer);
    }
    let is_archived = asked("status").as_deref() == Some("archived");
    let with_details = asked("include_details").as_deref() == Some("true");
    let own = state.watchers.iter().filter(|watcher| watcher.org == org && watcher.is_archived == is_archived);
    let rows: Vec<Value> = own.rev().map(|watcher| row(state, watcher, with_details)).collect();
    Answer::json(200, &json!({"watchers": rows}))
}

fn row(state: &State, watcher: &Watcher, with_details: bool) -> Value {
    let mut row = json!({
        "watcher_id": watcher.id,
        "slug": watcher.slug,
        "name": watcher.fields.get("name"),
        "status": if watcher.is_archived { "archived" } else { "active" },
        "version": watcher.version,
        "watcher_group_id": watcher.group,
        "organization_slug": null,
    });
    let shown = |name: &&&str| with_details || !OF_VERSION.contains(name);
    let later: &[&str] = if is_first(state) { &[] } else { &SINCE_SECOND };
    let names = OF_UPDATE.iter().chain(&OF_VERSION).chain(later).chain(&["sources"]);
    for name in names.filter(shown) {
        row[*name] = watcher.fields.get(*name).cloned().unwrap_or_default();
    }
    if is_first(state) {
        row["tags"] = json!(array_text(watcher.fields.get("tags")));
    }
    row
}

/// A list as the database of the first generation writes it.
fn array_text(tags: Option<&Value>) -> String {
    let tags = tags.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let quoted = tags.map(|tag| format!("\"{}\"", tag.replace('\\', "\\\\").replace('"', "\\\"")));
    format!("{{{}}}", quoted.collect::<Vec<_>>().join(","))
}

/// `POST /api/{org}/manage_watchers`; no type is checked before its handler looks.
pub(crate) fn call(state: &mut State, caller: &Caller, body: &Value) -> Answer {
    let action = body["action"].as_str().unwrap_or_default();
    let done = match action {
        "create" => create(state, caller, body),
        "update" => update(state, caller, body),
        "create_version" => create_version(state, caller, body),
        "upgrade" => upgrade(state, caller, body),
        "set_reaction_script" => set_reaction_script(state, caller, body),
        "delete" => Ok(delete(state, caller, body)),
        other => Err(failed(format!("Unknown action: {other}"))),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn create(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, Answer> {
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let slug = text("slug").ok_or_else(|| failed("slug is required"))?.to_owned();
    if text("prompt").is_none() || body["extraction_schema"].is_null() {
        return Err(failed("prompt and extraction_schema are required"));
    }
    if is_first(state) && body["entity_id"].is_null() {
        return Err(failed("entity_id is required"));
    }
    if !is_first(state) && text("agent_id").is_none() {
        return Err(failed("agent_id is required"));
    }
    if let Some(why) = text("schedule").and_then(cron_problem) {
        return Err(failed(format!("Invalid cron: {why}")));
    }
    checked(state, body)?;
    // Archived ones keep their slugs.
    if state.watchers.iter().any(|watcher| watcher.org == caller.org && watcher.slug == slug) {
        let status = if is_first(state) { 400 } else { 409 };
        return Err(Answer::error(status, format!("Watcher with slug '{slug}' already exists")));
    }
    let id = state.next_id("watchers");
    let defaults =
        json!({"notification_channel": "canvas", "notification_priority": "normal", "min_cooldown_seconds": 0});
    let mut fields = if is_first(state) { Map::new() } else { super::message::members(&defaults) };
    fields.insert("name".to_owned(), json!(slug));
    take(&mut fields, body, &known(state, &[&OF_VERSION, &OF_UPDATE, &["sources"]]));
    let sources = sources_or_default(&body["sources"]);
    fields.insert("sources".to_owned(), sources.clone());
    let (org, slug) = (caller.org.clone(), slug);
    state.watchers.push(Watcher { org, id, slug, is_archived: false, version: 1, group: id, fields });
    let answer =
        json!({"action": "create", "watcher_id": id.to_string(), "version": 1, "status": "active", "sources": sources});
    Ok(Answer::json(200, &answer))
}

fn sources_or_default(sources: &Value) -> Value {
    match sources.as_array() {
        Some(given) if !given.is_empty() => sources.clone(),
        _ => json!([{"name": "content", "query": "SELECT * FROM content ORDER BY occurred_at DESC"}]),
    }
}

/// What this generation knows of these names.
fn known<'name>(state: &State, names: &[&[&'name str]]) -> Vec<&'name str> {
    let later: &[&str] = if is_first(state) { &[] } else { &SINCE_SECOND };
    names.iter().copied().flatten().chain(later).copied().collect()
}

fn take(fields: &mut Map<String, Value>, body: &Value, names: &[&str]) {
    let given = names.iter().filter_map(|name| Some(((*name).to_owned(), body.get(name)?.clone())));
    fields.extend(given.filter(|(_, value)| !value.is_null()));
}

/// What the second generation answers with 422, and the first with 400.
fn checked(state: &State, body: &Value) -> Result<(), Answer> {
    let status = if is_first(state) { 400 } else { 422 };
    let schema = &body["extraction_schema"];
    let is_object = schema["type"] == "object" && schema["properties"].is_object();
    if !schema.is_null() && !is_object {
        return Err(Answer::error(status, "extraction_schema must be an object schema with properties"));
    }
    let starts = |query: &str| {
        let query = query.trim_start().to_uppercase();
        query.starts_with("SELECT") || query.starts_with("WITH")
    };
    let mut queries = body["sources"].as_array().into_iter().flatten();
    if queries.any(|source| !source["query"].as_str().is_some_and(starts)) {
        return Err(Answer::error(status, "sources must start with SELECT or WITH"));
    }
    Ok(())
}

fn named<'state>(state: &'state mut State, caller: &Caller, id: &Value) -> Result<&'state mut Watcher, Answer> {
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let mut own = state.watchers.iter_mut().filter(|watcher| watcher.org == caller.org);
    own.find(|watcher| watcher.id.to_string() == id).ok_or_else(|| failed(format!("Watcher {id} not found")))
}

fn update(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, Answer> {
    named(state, caller, &body["watcher_id"])?;
    if let Some(why) = body["schedule"].as_str().filter(|text| !text.is_empty()).and_then(cron_problem) {
        return Ok(Answer::json(200, &json!({"error": format!("Invalid cron expression: {why}")})));
    }
    if !is_first(state) && body.get("agent_id").is_some_and(Value::is_null) {
        return Err(failed("agent_id must not be null"));
    }
    let names = known(state, &[&OF_UPDATE]);
    let watcher = named(state, caller, &body["watcher_id"])?;
    let given: Vec<&str> = names.into_iter().filter(|name| body.get(name).is_some()).collect();
    for name in &given {
        watcher.fields.insert((*name).to_owned(), body[*name].clone());
    }
    let answer = json!({"action": "update", "watcher_id": watcher.id.to_string(), "updated_fields": given});
    Ok(Answer::json(200, &answer))
}

/// What a version does not say, or says with null, it inherits.
fn create_version(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, Answer> {
    checked(state, body)?;
    let version_id = state.next_id("watcher_versions");
    let watcher = named(state, caller, &body["watcher_id"])?;
    take(&mut watcher.fields, body, &OF_VERSION);
    take(&mut watcher.fields, body, &["schedule", "scheduler_client_id"]);
    if body["sources"].as_array().is_some_and(|sources| !sources.is_empty()) {
        watcher.fields.insert("sources".to_owned(), body["sources"].clone());
    }
    watcher.version += 1;
    let answer = json!({
        "action": "create_version",
        "watcher_id": watcher.id.to_string(),
        "version_id": version_id.to_string(),
        "version": watcher.version,
        "previous_version": watcher.version - 1,
    });
    Ok(Answer::json(200, &answer))
}

/// The rows of versions that a tool made have no sources, so that going to one empties them.
fn upgrade(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, Answer> {
    let is_first = is_first(state);
    let watcher = named(state, caller, &body["watcher_id"])?;
    let target = body["target_version"].as_i64().ok_or_else(|| failed("target_version is required"))?;
    if target >= 2 && !is_first {
        watcher.fields.insert("sources".to_owned(), json!([]));
    }
    watcher.version = target;
    Ok(Answer::json(200, &json!({"action": "upgrade", "watcher_id": watcher.id.to_string(), "version": target})))
}

fn set_reaction_script(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, Answer> {
    let watcher = named(state, caller, &body["watcher_id"])?;
    let script = body["reaction_script"].as_str().unwrap_or_default();
    let is_there = !script.trim().is_empty();
    let stored = if is_there { json!(script) } else { Value::Null };
    watcher.fields.insert("reaction_script".to_owned(), stored);
    let answer = json!({
        "action": "set_reaction_script",
        "watcher_id": watcher.id.to_string(),
        "has_script": is_there,
        "message": "Reaction script updated",
    });
    Ok(Answer::json(200, &answer))
}

/// Archives; 200 even where nothing was found.
fn delete(state: &mut State, caller: &Caller, body: &Value) -> Answer {
    let ids = body["watcher_ids"].as_array().cloned().unwrap_or_default();
    if ids.is_empty() {
        return failed("watcher_ids is required");
    }
    let mut results = Vec::new();
    for id in &ids {
        let found = named(state, caller, id).map(|watcher| watcher.is_archived = true).is_ok();
        results
            .push(json!({"watcher_id": id, "success": found, "message": if found { "Archived" } else { "Not found" }}));
    }
    let successful = results.iter().filter(|result| result["success"] == true).count();
    let summary = json!({"total": ids.len(), "successful": successful, "failed": ids.len() - successful});
    Answer::json(200, &json!({"action": "delete", "results": results, "summary": summary}))
}
