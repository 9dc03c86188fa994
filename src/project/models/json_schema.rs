use std::collections::BTreeMap;

use crate::edit::yaml::{Data, Entry, Node};
use crate::model::{Severity, Value};
use crate::project::fields::{Fields, expect, null_is_absent};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::schema_check;
use crate::project::yaml_values::{shown, to_value};
use crate::schema::Declaration;

/// Reads a JSON Schema, or what old files say in its place as members of one; `{}` clears.
pub(super) fn read(
    key: &'static str,
    old_keys: &'static [&'static str],
    (columns, is_object): (Option<usize>, bool),
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    let old: Vec<(&str, Option<&Node>)> = old_keys.iter().map(|old| (*old, fields.node(old, report))).collect();
    let Some(first) = old.iter().find_map(|(_, node)| *node) else {
        let node = fields.node(key, report)?;
        check_columns(columns, node, report);
        if is_object {
            check_object(key, node, report);
        }
        return checked(node, &format!("`{key}`"), report);
    };
    let names: Vec<String> = old_keys.iter().map(|old| format!("`{old}`")).collect();
    let names = names.join(" and ");
    if fields.node(key, report).is_some() {
        let message = format!("{names} must be inside `{key}`, not beside it");
        report.error(first.spot(), "two-schemas", message);
        return None;
    }
    let object = Node::unwritten(first.spot(), Data::Text("object".to_owned()));
    let members = [("type", Some(&object))].into_iter().chain(old);
    let entries = members.filter_map(|(key, node)| Some(Entry::unwritten(key, node?.clone())));
    let folded = Node::unwritten(first.spot(), Data::Map(entries.collect()));
    check_columns(columns, &folded, report);
    checked(&folded, &format!("the schema of {names}"), report)
}

/// A JSON Schema, checked; `{}` is empty.
fn checked(node: &Node, what: &str, report: &mut Report) -> Option<Declaration> {
    if expect(node, what, "a mapping", report, Node::map)?.is_empty() {
        return Some(Declaration::Clear);
    }
    schema_check::check(node, what, report);
    Some(Declaration::Leaf(to_value(node)))
}

/// What servers take only as an object with properties.
fn check_object(key: &str, schema: &Node, report: &mut Report) {
    let is_object = schema.get("type").and_then(Node::text) == Some("object");
    let has_properties = schema.get("properties").and_then(Node::map).is_some();
    if schema.map().is_some_and(|entries| !entries.is_empty()) && !(is_object && has_properties) {
        let message = format!("`{key}` must have `type: object` and `properties`");
        report.error(schema.spot(), "schema-of-object", message);
    }
}

fn check_columns(most: Option<usize>, schema: &Node, report: &mut Report) {
    let Some(most) = most else { return };
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
        if columns == most + 1 {
            let message = format!("more than {most} properties have `x-table-column: true`, which many servers refuse");
            let hint = format!("keep it on at most {most} properties");
            report.add(Severity::Warning, flag.spot(), "too-many-table-columns", message, Some(hint));
            return;
        }
    }
}

/// Reads event kinds, a mapping of slugs to `{description?, metadataSchema?}`; `{}` clears.
pub(super) fn event_kinds(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let node = fields.node(key, report)?;
    let entries = expect(node, &format!("`{key}`"), "a mapping", report, Node::map)?;
    if entries.is_empty() {
        return Some(Declaration::Clear);
    }
    let mut kinds = BTreeMap::new();
    for entry in entries {
        if entry.value.is_null() && !entry.name().trim().is_empty() {
            null_is_absent(entry, report);
        } else if let Some(kind) = event_kind(entry, report) {
            kinds.insert(entry.name().to_owned(), kind);
        }
    }
    (!kinds.is_empty()).then_some(Declaration::Leaf(Value::Map(kinds)))
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
        members.insert("description".to_owned(), Value::Text(shown("description", text)));
    }
    if let Some(node) = fields.node("metadataSchema", report) {
        let schema = match checked(node, &format!("`metadataSchema` of {what}"), report) {
            Some(Declaration::Leaf(schema)) => Some(schema),
            Some(_) => Some(Value::Map(BTreeMap::new())),
            None => None,
        };
        members.extend(schema.map(|schema| ("metadataSchema".to_owned(), schema)));
    }
    fields.finish(Severity::Warning, "an event kind", report);
    Some(Value::Map(members))
}
