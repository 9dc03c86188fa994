//! Entity types (`docs/api/memory-schema.md`).

use serde_json::{Map, Value, json};

use super::access::Caller;
use super::message::Answer;
use super::state::{EntityType, State};
use super::tools::{ToolError, done, required, unknown_action};

const RESERVED: [&str; 14] = [
    "agents",
    "connectors",
    "events",
    "members",
    "settings",
    "watchers",
    "organization",
    "user",
    "watcher",
    "content",
    "source",
    "sources",
    "connections",
    "connector",
];

/// The most fields of a schema that may be flagged as table columns.
const MOST_COLUMNS: usize = 4;

/// Runs one action on entity types.
pub(crate) fn run(state: &mut State, caller: &Caller, action: &str, body: &Value) -> Result<Answer, ToolError> {
    match action {
        "list" => Ok(list(state, &caller.org)),
        "get" => get(state, &caller.org, body),
        "create" => create(state, caller, body),
        "update" => update(state, caller, body),
        "delete" => delete(state, caller, body),
        "audit" => {
            find(state, &caller.org, required(body, "slug", "audit")?)?;
            Ok(answer("audit", "audit_entries", json!([])))
        }
        other => Err(unknown_action(other)),
    }
}

/// Own types, then those of public orgs; within each by number of entities, then by name.
fn list(state: &State, org: &str) -> Answer {
    let mut types: Vec<&EntityType> = state.entity_types.iter().filter(|row| state.lists(org, &row.org)).collect();
    types.sort_by_key(|row| (row.org != org, std::cmp::Reverse(row.entities), row.name.clone()));
    let rows: Vec<Value> = types.into_iter().map(|row| listed(state, row)).collect();
    answer("list", "entity_types", Value::Array(rows))
}

fn get(state: &mut State, org: &str, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "get")?;
    if slug == "$member" && position(state, org, slug).is_none() {
        provision_member(state, org);
    }
    let found = position(state, org, slug).and_then(|position| state.entity_types.get(position));
    let row = found.map_or(Value::Null, |row| listed(state, row));
    Ok(answer("get", "entity_type", row))
}

fn create(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let given = required(body, "slug", "create")?;
    let name = required(body, "name", "create")?;
    if given.starts_with('$') {
        return Err(ToolError::text("Entity type slugs starting with '$' are reserved for system types"));
    }
    let slug = rewritten(given);
    if RESERVED.contains(&slug.as_str()) {
        let reserved = RESERVED.join(", ");
        let text = format!("Cannot create entity type with reserved slug '{slug}'. Reserved: {reserved}");
        return Err(ToolError::text(text));
    }
    if position(state, &caller.org, &slug).is_some() {
        let text = format!("Entity type with slug '{slug}' already exists");
        return Err(ToolError { text, coded: Some((409, "entity_type_exists")) });
    }
    check_schema(state, body.get("metadata_schema"))?;
    let id = state.next_id("entity_types");
    let now = state.now_text();
    let row = EntityType {
        id,
        org: caller.org.clone(),
        slug,
        name: name.to_owned(),
        description: text_or_null(body, "description"),
        icon: text_or_null(body, "icon"),
        color: text_or_null(body, "color"),
        metadata_schema: body.get("metadata_schema").cloned().unwrap_or_default(),
        event_kinds: body.get("event_kinds").cloned().unwrap_or_default(),
        created_by: Some(caller.user_id()),
        created_at: now.clone(),
        updated_at: now,
        entities: 0,
    };
    let shown = if state.options.malformed_entity_create() {
        json!({"?column?": "[object Promise]", "is_system": true, "entity_count": 0})
    } else {
        Value::Object(bare(state, &row))
    };
    state.entity_types.push(row);
    Ok(answer("create", "entity_type", shown))
}

fn update(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "update")?;
    let position = find(state, &caller.org, slug)?;
    check_schema(state, body.get("metadata_schema"))?;
    let now = state.now_text();
    let Some(row) = state.entity_types.get_mut(position) else {
        return Err(unknown(slug));
    };
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        name.clone_into(&mut row.name);
    }
    // Null keeps the old text here, so a removed description never clears.
    for (member, target) in [("description", &mut row.description), ("icon", &mut row.icon), ("color", &mut row.color)]
    {
        if let Some(text) = body.get(member).filter(|text| !text.is_null()) {
            *target = text.clone();
        }
    }
    for (member, target) in [("metadata_schema", &mut row.metadata_schema), ("event_kinds", &mut row.event_kinds)] {
        if let Some(value) = body.get(member) {
            *target = value.clone();
        }
    }
    row.updated_at = now;
    let row = row.clone();
    Ok(answer("update", "entity_type", Value::Object(bare(state, &row))))
}

fn delete(state: &mut State, caller: &Caller, body: &Value) -> Result<Answer, ToolError> {
    let slug = required(body, "slug", "delete")?;
    let position = find(state, &caller.org, slug)?;
    if state.entity_types.get(position).is_some_and(|row| row.entities > 0) {
        return Err(ToolError::text(format!("Cannot delete entity type '{slug}': entities of this type exist")));
    }
    state.entity_types.remove(position);
    Ok(done("entity_type", "delete", &format!("Entity type '{slug}' deleted successfully")))
}

/// The system type that appears once somebody asks for it.
fn provision_member(state: &mut State, org: &str) {
    let id = state.next_id("entity_types");
    let now = state.now_text();
    state.entity_types.push(EntityType {
        id,
        org: org.to_owned(),
        slug: "$member".to_owned(),
        name: "Member".to_owned(),
        description: Value::Null,
        icon: Value::Null,
        color: Value::Null,
        metadata_schema: Value::Null,
        event_kinds: Value::Null,
        created_by: None,
        created_at: now.clone(),
        updated_at: now,
        entities: 0,
    });
}

/// Counts table columns always; looks at the schema itself only where 422 is known.
pub(crate) fn check_schema(state: &State, schema: Option<&Value>) -> Result<(), ToolError> {
    let Some(schema) = schema.filter(|schema| !schema.is_null()) else {
        return Ok(());
    };
    let columns = schema
        .get("properties")
        .and_then(Value::as_object)
        .map_or(0, |fields| fields.values().filter(|field| field.get("x-table-column") == Some(&json!(true))).count());
    if columns > MOST_COLUMNS {
        let text = format!("At most {MOST_COLUMNS} metadata fields can have x-table-column=true.");
        return Err(ToolError { text, coded: Some((422, "invalid_schema")) });
    }
    if state.options.schema_codes && !jsonschema::meta::is_valid(schema) {
        let text = "metadata_schema is not a valid JSON Schema".to_owned();
        return Err(ToolError { text, coded: Some((422, "invalid_schema")) });
    }
    Ok(())
}

/// What the server makes of a slug on create, and on create only.
fn rewritten(slug: &str) -> String {
    slug.to_lowercase()
        .chars()
        .map(|character| if character.is_ascii_lowercase() || character.is_ascii_digit() { character } else { '-' })
        .collect()
}

fn position(state: &State, org: &str, slug: &str) -> Option<usize> {
    state.entity_types.iter().position(|row| row.org == org && row.slug == slug)
}

fn find(state: &State, org: &str, slug: &str) -> Result<usize, ToolError> {
    position(state, org, slug).ok_or_else(|| unknown(slug))
}

fn unknown(slug: &str) -> ToolError {
    ToolError::text(format!("Entity type '{slug}' not found"))
}

fn text_or_null(body: &Value, member: &str) -> Value {
    body.get(member).cloned().unwrap_or_default()
}

fn answer(action: &str, member: &str, value: Value) -> Answer {
    let body = Map::from_iter([
        ("schema_type".to_owned(), json!("entity_type")),
        ("action".to_owned(), json!(action)),
        (member.to_owned(), value),
    ]);
    Answer::json(200, &Value::Object(body))
}

/// The row as create and update show it.
fn bare(state: &State, row: &EntityType) -> Map<String, Value> {
    super::message::members(&json!({
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "description": row.description,
        "icon": row.icon,
        "color": row.color,
        "metadata_schema": row.metadata_schema,
        "event_kinds": row.event_kinds,
        "created_by": row.created_by,
        "organization_id": state.organization_id(&row.org),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "current_view_template_version_id": null,
        "is_system": row.created_by.is_none(),
        "entity_count": row.entities,
    }))
}

/// The row as list and get show it.
fn listed(state: &State, row: &EntityType) -> Value {
    let mut shown = bare(state, row);
    shown.insert("organization_slug".to_owned(), json!(row.org));
    shown.insert("created_by_username".to_owned(), json!(row.created_by));
    Value::Object(shown)
}
