//! Relationship types and their rules (`docs/api/memory-schema.md`).

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::access::Caller;
use super::message::{Answer, jsonb_text};
use super::state::{RelationshipType, Rule, State};
use super::tools::{ToolError, done, required, unknown_action};

const KIND: &str = "relationship_type";

/// Runs one action on relationship types; any `schema_type` but `entity_type` comes here.
pub(crate) fn run(state: &mut State, caller: &Caller, action: &str, body: &Value) -> Result<Answer, ToolError> {
    match action {
        "list" => Ok(list(state, &caller.org, body)),
        "get" => get(state, &caller.org, body),
        "create" => create(state, caller, body),
        "update" => update(state, caller, body),
        "delete" => delete(state, caller, body),
        "add_rule" => add_rule(state, caller, body),
        "remove_rule" => remove_rule(state, caller, body),
        "list_rules" => list_rules(state, caller, body),
        other => Err(unknown_action(other)),
    }
}

/// Own and public types; rules are in none of the rows.
fn list(state: &State, org: &str, body: &Value) -> Answer {
    let deleted_too = body.get("include_deleted") == Some(&json!(true));
    let mut types: Vec<&RelationshipType> = state
        .relationship_types
        .iter()
        .filter(|row| state.lists(org, &row.org) && (deleted_too || row.deleted_at.is_none()))
        .collect();
    types.sort_by_key(|row| (row.org != org, row.name.clone()));
    let rows: Vec<Value> = types
        .into_iter()
        .map(|row| {
            let mut shown = listed(state, row);
            shown.insert("relationship_count".to_owned(), json!(0));
            Value::Object(shown)
        })
        .collect();
    answer("list", "relationship_types", Value::Array(rows))
}

fn get(state: &State, org: &str, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "get")?;
    let found = state
        .relationship_types
        .iter()
        .find(|row| row.slug == slug && row.deleted_at.is_none() && state.lists(org, &row.org));
    Ok(answer("get", KIND, found.map_or(Value::Null, |row| Value::Object(listed(state, row)))))
}

fn create(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "create")?;
    let name = required(body, "name", "create")?;
    if slug.starts_with('$') {
        return Err(ToolError::text("Relationship type slugs starting with '$' are reserved for system types"));
    }
    // One namespace for all orgs.
    if state.relationship_types.iter().any(|row| row.slug == slug && row.deleted_at.is_none()) {
        let text = format!("Relationship type with slug \"{slug}\" already exists");
        return Err(ToolError { text, coded: Some((409, "relationship_type_exists")) });
    }
    if state.relationship_types.iter().any(|row| row.slug == slug && row.org == caller.org) {
        return Err(ToolError::text(
            "duplicate key value violates unique constraint \"idx_entity_rel_types_org_slug\"",
        ));
    }
    super::entity_types::check_schema(state, body.get("metadata_schema"))?;
    let inverse = match body.get("inverse_type_slug").and_then(Value::as_str) {
        Some(inverse) => Some(find(state, &caller.org, inverse)?),
        None => None,
    };
    let id = state.next_id("relationship_types");
    let now = state.now_text();
    let row = RelationshipType {
        id,
        org: caller.org.clone(),
        slug: slug.to_owned(),
        name: name.to_owned(),
        description: body.get("description").cloned().unwrap_or_default(),
        metadata_schema: body.get("metadata_schema").cloned().unwrap_or_default(),
        metadata: body.get("auto_create_when").map_or(Value::Null, |when| versioned(&Value::Null, when)),
        is_symmetric: body.get("is_symmetric") == Some(&json!(true)),
        inverse: None,
        status: body.get("status").and_then(Value::as_str).unwrap_or("active").to_owned(),
        created_by: caller.user_id(),
        created_at: now.clone(),
        updated_at: now,
        deleted_at: None,
    };
    state.relationship_types.push(row);
    let position = state.relationship_types.len() - 1;
    if let Some(inverse) = inverse {
        link(state, position, inverse);
    }
    Ok(shown(state, "create", position))
}

/// `is_symmetric` is ignored; `description: null` clears here.
fn update(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "update")?;
    let position = find(state, &caller.org, slug)?;
    super::entity_types::check_schema(state, body.get("metadata_schema"))?;
    let inverse = match body.get("inverse_type_slug").and_then(Value::as_str) {
        Some(inverse) if inverse == slug => {
            return Err(ToolError::text("inverse_type_id cannot point to self"));
        }
        Some(inverse) => Some(find(state, &caller.org, inverse)?),
        None => None,
    };
    let now = state.now_text();
    let Some(row) = state.relationship_types.get_mut(position) else {
        return Err(unknown(slug));
    };
    for (member, target) in [("name", &mut row.name), ("status", &mut row.status)] {
        if let Some(text) = body.get(member).and_then(Value::as_str) {
            text.clone_into(target);
        }
    }
    for (member, target) in [("description", &mut row.description), ("metadata_schema", &mut row.metadata_schema)] {
        if let Some(value) = body.get(member) {
            *target = value.clone();
        }
    }
    if let Some(when) = body.get("auto_create_when") {
        row.metadata = versioned(&row.metadata, when);
    }
    if body.get("inverse_type_slug") == Some(&Value::Null) {
        row.inverse = None;
    }
    row.updated_at = now;
    if let Some(inverse) = inverse {
        link(state, position, inverse);
    }
    Ok(shown(state, "update", position))
}

/// Keeps the row, and with it the slug; retires its rules.
fn delete(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "delete")?;
    let position = find(state, &caller.org, slug)?;
    let now = state.now_text();
    if let Some(row) = state.relationship_types.get_mut(position) {
        row.deleted_at = Some(now);
        let id = row.id;
        state.rules.retain(|rule| rule.relationship_type != id);
    }
    Ok(done(KIND, "delete", &format!("Relationship type \"{slug}\" deleted")))
}

fn add_rule(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "add_rule")?;
    let source = required(body, "source_entity_type_slug", "add_rule")?;
    let target = required(body, "target_entity_type_slug", "add_rule")?;
    let relationship_type = id_at(state, find(state, &caller.org, slug)?);
    if state
        .rules
        .iter()
        .any(|rule| rule.relationship_type == relationship_type && rule.source == source && rule.target == target)
    {
        return Err(ToolError::text(format!("Rule already exists for {source} → {target}")));
    }
    let id = state.next_id("rules");
    let created_at = state.now_text();
    let rule = Rule { id, relationship_type, source: source.to_owned(), target: target.to_owned(), created_at };
    let row = rule_row(&rule);
    state.rules.push(rule);
    Ok(answer("add_rule", "rule", row))
}

fn remove_rule(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let id = body.get("rule_id").and_then(Value::as_i64).unwrap_or_default();
    let own = |state: &State, rule: &Rule| {
        state.relationship_types.iter().any(|row| row.id == rule.relationship_type && row.org == caller.org)
    };
    let Some(position) = state.rules.iter().position(|rule| rule.id == id && own(state, rule)) else {
        return Err(ToolError::text(format!("Rule {id} not found")));
    };
    state.rules.remove(position);
    Ok(done(KIND, "remove_rule", &format!("Rule {id} removed")))
}

fn list_rules(state: &State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "list_rules")?;
    let id = id_at(state, find(state, &caller.org, slug)?);
    let rules = state.rules.iter().filter(|rule| rule.relationship_type == id).map(rule_row).collect();
    Ok(answer("list_rules", "rules", Value::Array(rules)))
}

/// An inverse is set on both rows.
fn link(state: &mut State, position: usize, inverse: usize) {
    let (own, other) = (id_at(state, position), id_at(state, inverse));
    if let Some(row) = state.relationship_types.get_mut(position) {
        row.inverse = Some(other);
    }
    let now = state.now_text();
    if let Some(row) = state.relationship_types.get_mut(inverse)
        && row.inverse != Some(own)
    {
        row.inverse = Some(own);
        row.updated_at = now;
    }
}

/// `auto_create_when` as the server keeps it.
fn versioned(old: &Value, when: &Value) -> Value {
    let version = old.get("ruleVersion").and_then(Value::as_i64).unwrap_or_default() + 1;
    let digest = Sha256::digest(jsonb_text(when).as_bytes());
    let hash = digest.iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    json!({"ruleHash": hash, "ruleVersion": version, "autoCreateWhen": when})
}

/// The live row of a slug: own, or refused because another org holds it.
fn find(state: &State, org: &str, slug: &str) -> Result<usize, ToolError> {
    let mut held = false;
    for (position, row) in state.relationship_types.iter().enumerate() {
        if row.slug == slug && row.deleted_at.is_none() {
            if row.org == org {
                return Ok(position);
            }
            held = true;
        }
    }
    Err(if held {
        ToolError::text("Access denied: relationship type belongs to another organization")
    } else {
        unknown(slug)
    })
}

fn unknown(slug: &str) -> ToolError {
    ToolError::text(format!("Relationship type \"{slug}\" not found"))
}

fn id_at(state: &State, position: usize) -> i64 {
    state.relationship_types.get(position).map(|row| row.id).unwrap_or_default()
}

fn answer(action: &str, member: &str, value: Value) -> Answer {
    let body = Map::from_iter([
        ("schema_type".to_owned(), json!(KIND)),
        ("action".to_owned(), json!(action)),
        (member.to_owned(), value),
    ]);
    Answer::json(200, &Value::Object(body))
}

fn shown(state: &State, action: &str, position: usize) -> Answer {
    let row = state.relationship_types.get(position).map(|row| bare(state, row)).unwrap_or_default();
    answer(action, KIND, Value::Object(row))
}

fn rule_row(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "relationship_type_id": rule.relationship_type,
        "source_entity_type_slug": rule.source,
        "target_entity_type_slug": rule.target,
        "created_at": rule.created_at,
    })
}

/// The row as create and update show it.
fn bare(state: &State, row: &RelationshipType) -> Map<String, Value> {
    let inverse = state.relationship_types.iter().find(|other| Some(other.id) == row.inverse).map(|other| &other.slug);
    super::message::members(&json!({
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "description": row.description,
        "organization_id": state.organization_id(&row.org),
        "created_by": row.created_by,
        "metadata_schema": row.metadata_schema,
        "metadata": row.metadata,
        "is_symmetric": row.is_symmetric,
        "inverse_type_id": row.inverse,
        "inverse_type_slug": inverse,
        "status": row.status,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }))
}

/// The row as list and get show it.
fn listed(state: &State, row: &RelationshipType) -> Map<String, Value> {
    let mut shown = bare(state, row);
    shown.insert("deleted_at".to_owned(), json!(row.deleted_at));
    shown.insert("organization_slug".to_owned(), json!(row.org));
    shown.insert("created_by_username".to_owned(), json!(row.created_by));
    shown
}
