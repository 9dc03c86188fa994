//! Entity types and relationship types: from the org's schema to model files (L4).

use crate::edit::yaml;
use crate::model::{FieldPath, Position, RESERVED_ENTITY_SLUGS, RelationshipType, Rule, TypeSlug, Value};
use crate::org::{ActualEntityType, ActualRelationshipType};
use crate::plan::{FieldChange, Row};
use crate::project::directory::join;

use super::Content;
use super::agent::is_pulled;
use super::draft::{Draft, brief};
use super::row::{FileChange, ModelChange, SlugPlace};
use super::skills::Names;

/// The status that a type has if its file says nothing.
const DEFAULT_STATUS: &str = "active";

/// Takes over what a declared entity type has in the org.
pub(super) fn entity(draft: &mut Draft<'_, '_>, row: &Row, position: &Position) {
    for field in row.fields.iter().filter(|field| is_pulled(field)) {
        change(draft, field, position, None);
    }
}

/// Takes over what a declared relationship type has in the org.
pub(super) fn relationship(
    draft: &mut Draft<'_, '_>,
    row: &Row,
    declared: &RelationshipType,
    actual: &ActualRelationshipType,
) {
    for field in row.fields.iter().filter(|field| is_pulled(field)) {
        change(draft, field, &declared.position, Some(actual));
    }
    // The plan has a problem in place of a field, since no request changes it (P9).
    if let Some(symmetric) = declared.is_symmetric.filter(|symmetric| *symmetric != actual.is_symmetric) {
        let path = FieldPath::member("is_symmetric");
        draft.show(&path, Some(&Value::Bool(symmetric)), Some(Value::Bool(actual.is_symmetric)));
        model(draft, &declared.position, ModelChange::Set("is_symmetric", Content::Bool(actual.is_symmetric)));
    }
}

fn model(draft: &mut Draft<'_, '_>, position: &Position, change: ModelChange) {
    let place = SlugPlace { file: position.file.clone(), line: position.line, column: position.column };
    draft.changes.push(FileChange::Model(place, change));
}

fn change(
    draft: &mut Draft<'_, '_>,
    field: &FieldChange,
    position: &Position,
    relationship: Option<&ActualRelationshipType>,
) {
    let Some(change) = model_change(draft, field, relationship) else { return };
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    model(draft, position, change);
}

/// What becomes of a field; none and told if it can't be written.
fn model_change(
    draft: &mut Draft<'_, '_>,
    field: &FieldChange,
    relationship: Option<&ActualRelationshipType>,
) -> Option<ModelChange> {
    let (path, value) = (&field.path, field.before.as_ref());
    Some(match path.root() {
        "name" => {
            let name = draft.text(path, value)?;
            if name.trim().is_empty() {
                draft.unwritable(path, "it is blank, and every type has a name");
                return None;
            }
            ModelChange::Set("name", Content::Text(name))
        }
        "description" => ModelChange::Set("description", Content::Text(draft.text(path, value)?)),
        "icon" => ModelChange::Set("icon", Content::Text(draft.text(path, value)?)),
        "color" => ModelChange::Set("color", Content::Text(draft.text(path, value)?)),
        "inverse_type_slug" => ModelChange::Set("inverse_type_slug", Content::Text(draft.text(path, value)?)),
        "metadata_schema" => ModelChange::Schema(draft.plain_or(field, Content::Table(Vec::new()))?),
        "event_kinds" => ModelChange::Set("event_kinds", draft.plain_or(field, Content::Table(Vec::new()))?),
        "auto_create_when" => ModelChange::Set("auto_create_when", draft.plain_or(field, Content::List(Vec::new()))?),
        "status" => match value {
            None => ModelChange::Unset("status"),
            Some(value) => ModelChange::Set("status", Content::Text(draft.text(path, Some(value))?)),
        },
        "is_symmetric" => ModelChange::Set("is_symmetric", draft.plain_or(field, Content::Bool(false))?),
        "rules" => {
            let stored = relationship.and_then(|actual| actual.rules.as_deref()).unwrap_or_default();
            ModelChange::Rules(stored.iter().map(|stored| stored.rule.clone()).collect())
        }
        _ => return None,
    })
}

/// Takes the type of a file out of it.
pub(super) fn remove(draft: &mut Draft<'_, '_>, position: &Position) {
    model(draft, position, ModelChange::Remove);
    let place = format!("{}, line {}", position.file, position.line);
    draft.show(&FieldPath::member("slug"), Some(&Value::known(place)), None);
}

/// Takes an entity type in that the project does not have; told if it can't be.
pub(super) fn add_entity(
    draft: &mut Draft<'_, '_>,
    slug: &TypeSlug,
    actual: &ActualEntityType,
    directory: &str,
    names: &mut Names<'_>,
) {
    let ActualEntityType { name, description, icon, color, metadata_schema, event_kinds } = actual;
    if draft.refuses_name(&FieldPath::default(), slug.as_str()) {
        return;
    }
    if let Some(why) = entity_slug_problem(slug) {
        return draft.unwritable(&FieldPath::member("slug"), why);
    }
    let texts = [
        ("name", Some(name)),
        ("description", description.as_ref()),
        ("icon", icon.as_ref()),
        ("color", color.as_ref()),
    ];
    let texts = texts.into_iter().filter_map(|(member, text)| Some((member, Value::Text(text?.clone()))));
    let values = [("metadata_schema", metadata_schema), ("event_kinds", event_kinds)];
    let members: Vec<_> = texts.chain(values.map(|(member, value)| (member, value.clone()))).collect();
    let Some(table) = table(draft, slug, &members) else { return };
    new_file(draft, "entities", slug, table, directory, names);
}

/// Takes a relationship type in that the project does not have; told if it can't be.
pub(super) fn add_relationship(
    draft: &mut Draft<'_, '_>,
    slug: &TypeSlug,
    actual: &ActualRelationshipType,
    directory: &str,
    names: &mut Names<'_>,
) {
    let ActualRelationshipType {
        name,
        description,
        metadata_schema,
        inverse,
        status,
        is_symmetric,
        auto_create_when,
        rules,
    } = actual;
    if draft.refuses_name(&FieldPath::default(), slug.as_str()) {
        return;
    }
    if let Some(why) = relationship_slug_problem(slug) {
        return draft.unwritable(&FieldPath::member("slug"), why);
    }
    let status = status.as_deref().filter(|status| *status != DEFAULT_STATUS);
    let members = [
        ("name", Some(Value::Text(name.clone()))),
        ("description", description.clone().map(Value::Text)),
        ("status", status.map(Value::known)),
        ("is_symmetric", is_symmetric.then_some(Value::Bool(true))),
        ("inverse_type_slug", inverse.as_ref().map(|inverse| Value::known(inverse.as_str()))),
        ("metadata_schema", Some(metadata_schema.clone())),
        ("auto_create_when", Some(auto_create_when.clone())),
    ];
    let members: Vec<_> = members.into_iter().filter_map(|(member, value)| Some((member, value?))).collect();
    let Some(mut table) = table(draft, slug, &members) else { return };
    let rules: Vec<Content> = rules.iter().flatten().map(|stored| rule_content(&stored.rule)).collect();
    if !rules.is_empty() {
        table.push(("rules".to_owned(), Content::List(rules)));
    }
    new_file(draft, "relationships", slug, table, directory, names);
}

/// A rule as a new one is written.
pub(super) fn rule_content(rule: &Rule) -> Content {
    Content::Table(vec![
        ("source".to_owned(), Content::text(rule.source.as_str())),
        ("target".to_owned(), Content::text(rule.target.as_str())),
    ])
}

/// The members of a new type; one that can't be written is told and left out, without its name there is no type.
fn table(draft: &mut Draft<'_, '_>, slug: &TypeSlug, members: &[(&str, Value)]) -> Option<Vec<(String, Content)>> {
    let mut table = vec![("slug".to_owned(), Content::text(slug.as_str()))];
    for (member, value) in members.iter().filter(|(member, value)| *member == "name" || !value.is_blank()) {
        let path = FieldPath::member(*member);
        match draft.plain(&path, value) {
            Some(content) => {
                draft.show(&path, None, Some(value.clone()));
                table.push(((*member).to_owned(), content));
            }
            None if *member == "name" => return None,
            None => {}
        }
    }
    Some(table)
}

fn new_file(
    draft: &mut Draft<'_, '_>,
    list: &str,
    slug: &TypeSlug,
    table: Vec<(String, Content)>,
    directory: &str,
    names: &mut Names<'_>,
) {
    let (name, is_made_up) = names.free(directory, slug.as_str(), ".yaml");
    let file = join(directory, &format!("{name}.yaml"));
    if is_made_up {
        let why = "its slug is no name for a file, or the name is taken";
        draft.notes.push(format!("{} is written to {file}: {why}", brief(&draft.key.to_string())));
    }
    let bundle = Content::Table(vec![
        ("version".to_owned(), Content::Number(2.into())),
        (list.to_owned(), Content::List(vec![Content::Table(table)])),
    ]);
    draft.changes.push(FileChange::NewFile { path: file, text: yaml::render(&bundle) });
}

fn entity_slug_problem(slug: &TypeSlug) -> Option<&'static str> {
    let text = slug.as_str();
    if text.trim().is_empty() || text.starts_with('$') || RESERVED_ENTITY_SLUGS.contains(&text) {
        Some("the server keeps its slug for itself")
    } else if TypeSlug::rewritten(text) != *slug {
        Some("its slug would be read as another one")
    } else {
        None
    }
}

fn relationship_slug_problem(slug: &TypeSlug) -> Option<&'static str> {
    let text = slug.as_str();
    let is_refused = text.trim().is_empty() || text.starts_with('$') || text.chars().any(char::is_control);
    is_refused.then_some("model files take no such slug")
}
