//! The tool proxy, `POST /api/{org}/{tool}`: its gate, dispatch, and the one shape of its errors.

use serde_json::{Value, json};

use super::access::Caller;
use super::message::{Answer, RecordedRequest, is_read_action};
use super::state::State;
use super::{entity_types, relationship_types, watchers};

/// A refusal of a tool.
#[derive(Debug)]
pub(crate) struct ToolError {
    /// The server's words.
    pub(crate) text: String,
    /// Status and code where the generation has them; a plain 400 before.
    pub(crate) coded: Option<(u16, &'static str)>,
}

impl ToolError {
    /// A refusal that is a 400 text in every generation.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), coded: None }
    }

    fn into_answer(self, state: &State) -> Answer {
        match self.coded.filter(|_| state.options.schema_codes) {
            Some((status, code)) => Answer::json(status, &json!({"error": self.text, "code": code})),
            None => Answer::error(400, self.text),
        }
    }
}

/// Runs a tool.
pub(crate) fn call(state: &mut State, caller: &Caller, tool: &str, request: &RecordedRequest) -> Answer {
    let body = match serde_json::from_slice::<Value>(&request.body) {
        Ok(body) => body,
        Err(error) => return Answer::error(400, format!("JSON Parse error: {error}")),
    };
    match tool {
        "manage_entity_schema" => {
            if let Err(refusal) = caller.tool_gate(is_read_action(&body)) {
                return refusal;
            }
            manage_entity_schema(state, caller, &body).unwrap_or_else(|error| error.into_answer(state))
        }
        "manage_watchers" => match caller.tool_gate(is_watcher_read(&body)) {
            Ok(()) => watchers::call(state, caller, &body),
            Err(refusal) => refusal,
        },
        "list_organizations" => match caller.tool_gate(true) {
            Ok(()) => list_organizations(state, caller, &body),
            Err(refusal) => refusal,
        },
        other => Answer::error(400, format!("Tool not found: {other}")),
    }
}

/// Whether an action of `manage_watchers` is of the read tier.
fn is_watcher_read(body: &Value) -> bool {
    matches!(body.get("action").and_then(Value::as_str), Some("get_versions" | "get_version_details"))
}

fn manage_entity_schema(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let action = body.get("action").and_then(Value::as_str).unwrap_or_default();
    if body.get("schema_type") == Some(&json!("entity_type")) {
        entity_types::run(state, caller, action, body)
    } else {
        relationship_types::run(state, caller, action, body)
    }
}

/// A bare array: own orgs and public ones.
fn list_organizations(state: &State, caller: &Caller, body: &Value) -> Answer {
    let search = body.get("search").and_then(Value::as_str).unwrap_or_default();
    let user = caller.user_id();
    let rows: Vec<Value> = state
        .organizations
        .iter()
        .filter_map(|organization| {
            let is_member = state.memberships.contains_key(&(organization.slug.clone(), user.clone()));
            let seen = is_member || organization.public;
            (seen && organization.slug.contains(search)).then(|| {
                json!({
                    "slug": organization.slug,
                    "name": organization.name,
                    "is_member": is_member,
                    "is_current": organization.slug == caller.org,
                    "visibility": if organization.public { "public" } else { "private" },
                })
            })
        })
        .collect();
    Answer::json(200, &Value::Array(rows))
}

/// A text member that an action can't do without.
pub(crate) fn required<'body>(body: &'body Value, member: &str, action: &str) -> Result<&'body str, ToolError> {
    match body.get(member) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        None | Some(Value::Null | Value::String(_)) => {
            Err(ToolError::text(format!("{member} is required for {action} action")))
        }
        Some(_) => Err(ToolError::text(format!("args.{member}.startsWith is not a function"))),
    }
}

/// What an action says that nobody knows.
pub(crate) fn unknown_action(action: &str) -> ToolError {
    ToolError::text(format!("Unknown action: {action}"))
}

/// `{schema_type, action, success, message}`
pub(crate) fn done(schema_type: &str, action: &str, message: &str) -> Answer {
    Answer::json(200, &json!({"schema_type": schema_type, "action": action, "success": true, "message": message}))
}
