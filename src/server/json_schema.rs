//! Checks `metadata_schema` and `event_kinds` before they are stored.

use jsonschema::{Draft, Retrieve, Uri};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The code of a schema that can't be stored.
pub(super) const INVALID_SCHEMA: &str = "invalid_schema";
/// How many properties may be columns of a table.
const MOST_TABLE_COLUMNS: usize = 4;

/// Refuses to fetch anything: a schema may refer only to itself.
struct NoRetriever;

impl Retrieve for NoRetriever {
    fn retrieve(&self, _uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err("a schema may only refer to itself".into())
    }
}

/// Checks a metadata schema: JSON Schema of its `$schema` (else 2020-12), and the hints for table columns.
pub(super) fn check_metadata_schema(schema: &Map<String, Value>) -> Result<(), Refusal> {
    check_schema("metadata_schema", &Value::Object(schema.clone()))?;
    check_table_columns(schema)
}

/// Checks the schema of what a watcher extracts: that of an object, which names its properties.
pub(super) fn check_output_schema(field: &str, schema: &Map<String, Value>) -> Result<(), Refusal> {
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
    if !is_object || !schema.get("properties").is_some_and(Value::is_object) {
        let message = format!("`{field}` must have `type: object` and `properties`.");
        return Err(Refusal::field(INVALID_SCHEMA, field, message));
    }
    check_schema(field, &Value::Object(schema.clone()))
}

/// Checks event kinds: an object of slug → `{description?, metadataSchema?}`.
pub(super) fn check_event_kinds(kinds: &Map<String, Value>) -> Result<(), Refusal> {
    for (slug, kind) in kinds {
        let path = format!("event_kinds.{slug}");
        let members = kind.as_object().ok_or_else(|| wrong_type(&path, "an object"))?;
        if members.get("description").is_some_and(|description| !description.is_string() && !description.is_null()) {
            return Err(wrong_type(&format!("{path}.description"), "a string"));
        }
        match members.get("metadataSchema") {
            None | Some(Value::Null) => {}
            Some(schema @ Value::Object(_)) => check_schema(&format!("{path}.metadataSchema"), schema)?,
            Some(_) => return Err(wrong_type(&format!("{path}.metadataSchema"), "an object")),
        }
    }
    Ok(())
}

fn check_schema(field: &str, schema: &Value) -> Result<(), Refusal> {
    let draft = Draft::Draft202012.detect(schema);
    if matches!(draft, Draft::Unknown) {
        let message = format!("`{field}` has a `$schema` that is no published draft of JSON Schema.");
        return Err(Refusal::field(INVALID_SCHEMA, field, message));
    }
    let options = jsonschema::options().with_draft(draft).with_retriever(NoRetriever);
    options.build(schema).map(drop).map_err(|error| {
        // The library's words quote parts of the schema; the place is enough.
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
        Refusal::field(INVALID_SCHEMA, field, format!("`{field}` is not valid JSON Schema{place}."))
    })
}

fn check_table_columns(schema: &Map<String, Value>) -> Result<(), Refusal> {
    let field = "metadata_schema.properties";
    let mut columns = 0;
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        match property.get("x-table-column") {
            None | Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => columns += 1,
            Some(_) => return Err(wrong_type(&format!("{field}.{name}.x-table-column"), "a boolean")),
        }
        if property.get("x-table-label").is_some_and(|label| !label.is_string()) {
            return Err(wrong_type(&format!("{field}.{name}.x-table-label"), "a string"));
        }
    }
    if columns > MOST_TABLE_COLUMNS {
        let message = format!("At most {MOST_TABLE_COLUMNS} metadata fields can have x-table-column=true.");
        return Err(Refusal::field(INVALID_SCHEMA, field, message));
    }
    Ok(())
}

fn wrong_type(path: &str, expected: &str) -> Refusal {
    Refusal::field(INVALID_SCHEMA, path, format!("`{path}` must be {expected}."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value) -> Result<(), Refusal> {
        check_metadata_schema(schema.as_object().unwrap())
    }

    #[test]
    fn schemas_of_known_drafts_with_inner_references_pass() {
        for schema in [
            json!({}),
            json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } }, "$defs": { "a": {} } }),
            json!({ "$schema": "http://json-schema.org/draft-07/schema#", "type": "object" }),
            json!({ "properties": { "a": { "x-table-column": true, "x-table-label": "A" } } }),
        ] {
            check(&schema).unwrap();
        }
    }

    #[test]
    fn broken_schemas_and_outer_references_are_refused() {
        for schema in [
            json!({ "type": "banana" }),
            json!({ "properties": { "a": 1 } }),
            json!({ "$ref": "https://example.com/schema.json" }),
            json!({ "$ref": "file:///etc/passwd" }),
            json!({ "$ref": "#/$defs/missing" }),
            json!({ "$schema": "https://example.com/meta.json" }),
            json!({ "$schema": 7 }),
            json!({ "$id": "https://example.com/a", "$defs": { "b": { "$ref": "other.json" } } }),
            json!({ "properties": { "a": { "pattern": "(" } } }),
        ] {
            assert!(check(&schema).is_err(), "{schema}");
        }
    }

    #[test]
    fn a_refusal_quotes_no_value() {
        let refusal = check(&json!({ "type": "sentinel-value" })).unwrap_err();
        assert!(!format!("{refusal:?}").contains("sentinel"), "{refusal:?}");
    }

    #[test]
    fn table_columns_are_limited_and_typed() {
        let with = |count: usize| {
            let properties: Map<String, Value> =
                (0..count).map(|index| (format!("f{index}"), json!({ "x-table-column": true }))).collect();
            json!({ "properties": properties })
        };
        check(&with(4)).unwrap();
        assert!(check(&with(5)).is_err());
        assert!(check(&json!({ "properties": { "a": { "x-table-column": "yes" } } })).is_err());
        assert!(check(&json!({ "properties": { "a": { "x-table-label": 1 } } })).is_err());
    }

    #[test]
    fn event_kinds_are_checked_with_their_schemas() {
        let check = |kinds: Value| check_event_kinds(kinds.as_object().unwrap());
        check(json!({ "note": { "description": "A note", "metadataSchema": { "type": "object" } }, "x": {} })).unwrap();
        assert!(check(json!({ "note": 1 })).is_err());
        assert!(check(json!({ "note": { "description": 1 } })).is_err());
        assert!(check(json!({ "note": { "metadataSchema": { "type": "banana" } } })).is_err());
    }
}
