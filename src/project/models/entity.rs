use std::collections::BTreeMap;

use crate::edit::yaml::{Data, Entry, Node};
use crate::model::{Declared, EntityType};
use crate::model::{Severity, Value};
use crate::project::fields::{Fields, expect, null_is_absent};
use crate::project::quoted::quoted;
use crate::project::report::Report;

use super::common;
use super::found::{Found, TypeKind};

/// As many columns a table of the web interface has at most (org-api 5.5).
const TABLE_COLUMNS: usize = 4;

/// Reads an entity type.
pub(super) fn read(node: &Node, found: &mut Found, report: &mut Report) {
    let Some(mut fields) = Fields::of(node, "an entity type", report) else { return };
    fields.node("version", report);
    fields.node("type", report);
    let slug = common::slug(TypeKind::Entity, node, &mut fields, found, report);
    let name = common::name(TypeKind::Entity, node, &mut fields, report);
    let description = common::text("description", &mut fields, report);
    let icon = common::text("icon", &mut fields, report);
    let color = common::text("color", &mut fields, report);
    let metadata_schema = schema(&mut fields, report);
    let event_kinds = event_kinds(&mut fields, report);
    common::metadata(&mut fields, found, report);
    fields.finish(Severity::Warning, "an entity type", report);
    let (Some((slug, spot)), Some(name)) = (slug, name) else { return };
    let position = spot.down(report.lines()).within(report.file());
    found.entity_types.push(EntityType {
        slug,
        name,
        description,
        icon,
        color,
        metadata_schema,
        event_kinds,
        position,
    });
}

/// `metadata_schema`, or what old files say in its place with `properties` and `required` (F5).
fn schema(fields: &mut Fields<'_>, report: &mut Report) -> Declared<Value> {
    let properties = fields.node("properties", report);
    let required = fields.node("required", report);
    let Some(old) = properties.or(required) else {
        let Some(node) = fields.node("metadata_schema", report) else { return Declared::Absent };
        check_columns(node, report);
        return common::schema(node, "`metadata_schema`", report);
    };
    if fields.node("metadata_schema", report).is_some() {
        let message = "`properties` and `required` belong into `metadata_schema`; beside it they cannot stand";
        report.error(old.spot(), "two-schemas", message);
        return Declared::Absent;
    }
    let object = Node::unwritten(old.spot(), Data::Text("object".to_owned()));
    let members = [("type", Some(&object)), ("properties", properties), ("required", required)];
    let entries = members.into_iter().filter_map(|(key, node)| Some(Entry::unwritten(key, node?.clone())));
    let folded = Node::unwritten(old.spot(), Data::Map(entries.collect()));
    check_columns(&folded, report);
    common::schema(&folded, "the schema of `properties` and `required`", report)
}

fn check_columns(schema: &Node, report: &mut Report) {
    let mut columns = 0;
    for property in schema.get("properties").and_then(Node::map).unwrap_or_default() {
        let Some(flag) = property.value.get("x-table-column") else { continue };
        match flag.data {
            Data::Bool(true) => columns += 1,
            Data::Bool(false) => {}
            _ => {
                let message = format!("`x-table-column` must be true or false, not {}", flag.kind());
                report.error(flag.spot(), "table-column", message);
            }
        }
        if columns == TABLE_COLUMNS + 1 {
            let message = format!("at most {TABLE_COLUMNS} properties can have `x-table-column: true`");
            report.error(flag.spot(), "too-many-table-columns", message);
            return;
        }
    }
}

/// `event_kinds`, a mapping of slugs to `{description?, metadataSchema?}`; `{}` clears.
fn event_kinds(fields: &mut Fields<'_>, report: &mut Report) -> Declared<Value> {
    let Some(node) = fields.node("event_kinds", report) else { return Declared::Absent };
    let Some(entries) = expect(node, "`event_kinds`", "a mapping", report, Node::map) else {
        return Declared::Absent;
    };
    if entries.is_empty() {
        return Declared::Empty;
    }
    let mut kinds = BTreeMap::new();
    for entry in entries {
        if entry.value.is_null() {
            null_is_absent(entry, report);
        } else if let Some(kind) = event_kind(entry, report) {
            kinds.insert(entry.name().to_owned(), kind);
        }
    }
    if kinds.is_empty() { Declared::Absent } else { Declared::Value(Value::Map(kinds)) }
}

fn event_kind(entry: &Entry, report: &mut Report) -> Option<Value> {
    let what = format!("the event kind {}", quoted(entry.name()));
    if entry.name().trim().is_empty() {
        report.error(entry.spot(), "event-kind", "an event kind needs a name");
        return None;
    }
    let mut fields = Fields::of(&entry.value, &what, report)?;
    let mut members = BTreeMap::new();
    if let Some((text, _)) = fields.text("description", report) {
        members.insert("description".to_owned(), Value::Text(common::shown("description", text)));
    }
    if let Some(node) = fields.node("metadataSchema", report) {
        match common::schema(node, &format!("`metadataSchema` of {what}"), report) {
            Declared::Absent => {}
            Declared::Empty => drop(members.insert("metadataSchema".to_owned(), Value::Map(BTreeMap::new()))),
            Declared::Value(schema) => drop(members.insert("metadataSchema".to_owned(), schema)),
        }
    }
    fields.finish(Severity::Warning, "an event kind", report);
    Some(Value::Map(members))
}
