//! Agents and their settings (`docs/api/agents.md`, `docs/api/settings.md`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::access::Caller;
use super::message::{Answer, RecordedRequest};
use super::options::Generation;
use super::state::{Agent, State};

/// What the agent routes say when the body is not JSON (trap: text, not JSON).
pub(crate) fn malformed() -> Answer {
    Answer::text(500, "Internal Server Error")
}

/// What every route below an unknown agent says.
pub(crate) fn not_found() -> Answer {
    Answer::error(404, "Agent not found")
}

/// `GET …/agents`
pub(crate) fn list(state: &State, org: &str) -> Answer {
    let agents: Vec<Value> = state
        .agents
        .iter()
        .rev()
        .filter(|agent| agent.org == org)
        .map(|agent| Value::Object(row(state, agent)))
        .collect();
    Answer::json(200, &json!({"agents": agents}))
}

/// `GET …/agents/{id}`
pub(crate) fn get(state: &State, org: &str, id: &str) -> Answer {
    let Some(agent) = find(state, org, id) else {
        return not_found();
    };
    let mut body = row(state, agent);
    body.insert("settings".to_owned(), Value::Object(state.settings_of(agent)));
    Answer::json(200, &Value::Object(body))
}

/// `POST …/agents`
pub(crate) fn create(state: &mut State, caller: &Caller, request: &RecordedRequest) -> Answer {
    let Some(body) = request.json() else {
        return malformed();
    };
    let text = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default();
    let (id, name) = (text("agentId"), text("name"));
    if id.is_empty() || name.is_empty() {
        return Answer::error(400, "agentId and name are required");
    }
    if !is_agent_id(id) {
        return Answer::error(
            400,
            "agentId must be 3-60 lowercase alphanumeric chars with hyphens, starting with a letter",
        );
    }
    if let Some(stored) = find(state, &caller.org, id) {
        return Answer::json(200, &echo(id, &stored.name, stored.description.as_deref()));
    }
    let global = state.options.generation == Generation::G1;
    if global && state.agents.iter().any(|agent| agent.id == id) {
        return Answer::error(409, "Agent ID already exists in another organization");
    }
    let description = body.get("description").and_then(Value::as_str).map(str::to_owned);
    let answer = Answer::json(201, &echo(id, name, description.as_deref()));
    let now = state.now();
    let agent = Agent {
        org: caller.org.clone(),
        id: id.to_owned(),
        name: name.to_owned(),
        description,
        owner: caller.user_id(),
        created_at: now,
        updated_at: now,
        settings: injected(state, &caller.org),
    };
    state.agents.push(agent);
    answer
}

/// `PATCH …/agents/{id}`
pub(crate) fn patch(state: &mut State, org: &str, id: &str, request: &RecordedRequest) -> Answer {
    let Some(body) = request.json() else {
        return malformed();
    };
    let Some(position) = state.agent_position(org, id) else {
        return not_found();
    };
    if body.get("name") == Some(&Value::Null) {
        return malformed();
    }
    let now = state.now();
    let Some(agent) = state.agents.get_mut(position) else {
        return not_found();
    };
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        name.clone_into(&mut agent.name);
    }
    match body.get("description") {
        Some(Value::Null) => agent.description = None,
        Some(Value::String(text)) => agent.description = Some(text.clone()),
        _ => {}
    }
    agent.updated_at = now;
    success()
}

/// `DELETE …/agents/{id}`, which takes its platforms along.
pub(crate) fn delete(state: &mut State, org: &str, id: &str) -> Answer {
    let Some(position) = state.agent_position(org, id) else {
        return not_found();
    };
    state.agents.remove(position);
    state.platforms.retain(|platform| !(platform.org == org && platform.agent == id));
    success()
}

/// `GET …/agents/{id}/config`: nothing is redacted.
pub(crate) fn config(state: &State, org: &str, id: &str) -> Answer {
    match find(state, org, id) {
        Some(agent) => Answer::json(200, &Value::Object(state.settings_of(agent))),
        None => not_found(),
    }
}

/// `PATCH …/agents/{id}/config`: each member replaces the stored one whole, unchecked; so a masked
/// value in `mcpServers` is stored over the real one.
pub(crate) fn patch_config(state: &mut State, org: &str, id: &str, request: &RecordedRequest) -> Answer {
    let Some(body) = request.json() else {
        return malformed();
    };
    let Some(position) = state.agent_position(org, id) else {
        return not_found();
    };
    let known: Vec<&str> = state.settings_defaults().into_iter().map(|(member, _)| member).collect();
    // An array is accepted and changes nothing.
    let members = super::message::members(&body);
    if state.options.strict_settings
        && let Some(unknown) = members.keys().find(|member| !known.contains(&member.as_str()))
    {
        return Answer::json(
            400,
            &json!({
                "error": format!("Unknown configuration field '{unknown}'"),
                "code": "unknown_configuration_field",
            }),
        );
    }
    let now = state.now();
    let Some(agent) = state.agents.get_mut(position) else {
        return not_found();
    };
    for (member, value) in members {
        if !known.contains(&member.as_str()) {
            continue;
        }
        if value.is_null() {
            agent.settings.remove(&member);
        } else {
            agent.settings.insert(member, value);
        }
    }
    agent.updated_at = now;
    success()
}

/// `PUT …/agents/{id}/providers/{provider}/api-key`: one key for each org and provider; the agent is only looked up.
pub(crate) fn put_provider_key(
    state: &mut State,
    org: &str,
    id: &str,
    provider: &str,
    request: &RecordedRequest,
) -> Answer {
    if state.agent_position(org, id).is_none() {
        return not_found();
    }
    let body = request.json();
    let value = body.as_ref().and_then(|body| body.get("value")).and_then(Value::as_str).unwrap_or_default();
    if value.is_empty() {
        return Answer::error(400, "value is required");
    }
    state.provider_keys.insert((org.to_owned(), provider.to_owned()), value.to_owned());
    Answer::json(200, &json!({"success": true, "name": format!("provider:{provider}:apiKey")}))
}

/// `{success: true}`
pub(crate) fn success() -> Answer {
    Answer::json(200, &json!({"success": true}))
}

/// The settings that a new agent starts with: the org's memory as an MCP server.
fn injected(state: &State, org: &str) -> BTreeMap<String, Value> {
    let url = format!("{}/mcp/{org}", state.public_origin);
    if state.options.generation == Generation::G1 {
        return BTreeMap::from([("mcpServers".to_owned(), json!({"owletto": {"url": url}}))]);
    }
    BTreeMap::from([
        ("mcpServers".to_owned(), json!({"lobu-memory": {"url": url, "type": "streamable-http"}})),
        ("preApprovedTools".to_owned(), json!(["/mcp/lobu-memory/tools/*"])),
    ])
}

fn find<'state>(state: &'state State, org: &str, id: &str) -> Option<&'state Agent> {
    state.agents.iter().find(|agent| agent.org == org && agent.id == id)
}

fn is_agent_id(id: &str) -> bool {
    (3..=60).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-')
}

fn echo(id: &str, name: &str, description: Option<&str>) -> Value {
    let mut body = Map::from_iter([("agentId".to_owned(), json!(id)), ("name".to_owned(), json!(name))]);
    if let Some(description) = description {
        body.insert("description".to_owned(), json!(description));
    }
    Value::Object(body)
}

fn row(state: &State, agent: &Agent) -> Map<String, Value> {
    let platforms =
        state.platforms.iter().filter(|platform| platform.org == agent.org && platform.agent == agent.id).count();
    let active = if state.options.manager { platforms } else { 0 };
    let mut body = super::message::members(&echo(&agent.id, &agent.name, agent.description.as_deref()));
    body.extend([
        ("owner".to_owned(), json!({"platform": "owletto", "userId": agent.owner})),
        ("isWorkspaceAgent".to_owned(), json!(false)),
        ("createdAt".to_owned(), json!(agent.created_at)),
        ("connectionCount".to_owned(), json!(platforms)),
        ("activeConnectionCount".to_owned(), json!(active)),
        ("clientCount".to_owned(), json!(0)),
        ("status".to_owned(), json!(if active > 0 { "active" } else { "idle" })),
    ]);
    body
}
