use std::collections::BTreeSet;

use crate::model::{Declared, EntityType, MemorySchema, RelationshipType, Rule, Text, TypeSlug, Value};
use crate::org::{
    ActualEntityType, ActualMemory, ActualRelationshipType, Change, EntityTypeWrite, Generation, RelationshipTypeWrite,
    StoredRule,
};
use crate::schema::ResourceKey;
use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE};

use super::agent::{Fields, added, field};
use super::context::Context;
use super::{Action, FieldAction, Row, Write};

/// The rows of the declared types that are selected.
pub(super) fn rows(context: &mut Context<'_>, desired: &MemorySchema, actual: &ActualMemory) -> Vec<Row> {
    let mut rows = Vec::new();
    for entity in &desired.entity_types {
        if context.options.selection.covers(ENTITY_TYPE, entity.slug.as_str()) {
            rows.push(entity_row(context.options.prune, entity, actual.entity_types.get(&entity.slug)));
        }
    }
    for relationship in &desired.relationship_types {
        if context.options.selection.covers(RELATIONSHIP_TYPE, relationship.slug.as_str()) {
            check_inverse(context, desired, actual, relationship);
            rows.push(match actual.relationship_types.get(&relationship.slug) {
                Some(existing) => changed_relationship(context, desired, relationship, existing),
                None => new_relationship(context, actual, relationship),
            });
        }
    }
    rows
}

fn entity_row(prune: bool, entity: &EntityType, actual: Option<&ActualEntityType>) -> Row {
    let EntityType { slug, name, description, icon, color, metadata_schema, event_kinds, position: _ } = entity;
    let key = ResourceKey::new(ENTITY_TYPE, slug.as_str());
    let is_new = actual.is_none();
    let nothing = ActualEntityType {
        name: name.clone(),
        description: None,
        icon: None,
        color: None,
        metadata_schema: Value::Null,
        event_kinds: Value::Null,
    };
    let actual = actual.unwrap_or(&nothing);
    let mut fields = Fields::new(prune);
    if is_new {
        fields.push(added("name", Value::Text(name.clone())));
    }
    let new_name = fields.required("name", name, &actual.name);
    let write = EntityTypeWrite {
        slug: slug.clone(),
        name: if is_new { Some(name.clone()) } else { new_name },
        description: fields.optional("description", description, actual.description.as_ref()),
        icon: fields.optional("icon", icon, actual.icon.as_ref()),
        color: fields.optional("color", color, actual.color.as_ref()),
        metadata_schema: fields.value("metadata_schema", metadata_schema, &actual.metadata_schema),
        event_kinds: fields.value("event_kinds", event_kinds, &actual.event_kinds),
    };
    if is_new {
        return created(key, fields.into_changes(), vec![Write::CreateEntityType(write)]);
    }
    fields.into_row(key, Write::UpdateEntityType(write))
}

fn created(key: ResourceKey, fields: Vec<super::FieldChange>, writes: Vec<Write>) -> Row {
    Row { key, action: Action::Create, fields, will_restart: false, attention: Vec::new(), writes }
}

fn new_relationship(context: &mut Context<'_>, actual: &ActualMemory, desired: &RelationshipType) -> Row {
    let RelationshipType {
        slug,
        name,
        description,
        metadata_schema,
        inverse,
        status,
        is_symmetric,
        auto_create_when,
        rules,
        position: _,
    } = desired;
    let key = ResourceKey::new(RELATIONSHIP_TYPE, slug.as_str());
    if let Some(owner) = actual.foreign_relationship_types.get(slug)
        && context.server.shares_relationship_slugs
    {
        let message = format!("org `{owner}` holds this slug, and on this server a slug belongs to one org only");
        context.problem(&key, message, Some("Choose another slug in the model file."));
    }
    let mut fields = Fields::new(false);
    fields.push(added("name", Value::Text(name.clone())));
    let mut write = empty_write(slug);
    write.name = Some(name.clone());
    write.description = fields.optional("description", description, None);
    write.metadata_schema = fields.value("metadata_schema", metadata_schema, &Value::Null);
    write.auto_create_when = fields.value("auto_create_when", auto_create_when, &Value::Null);
    write.is_symmetric = *is_symmetric;
    if let Some(status) = status {
        fields.push(added("status", Value::known(status)));
        write.status = Some(status.clone());
    }
    if let Some(symmetric) = is_symmetric {
        fields.push(added("is_symmetric", Value::Bool(*symmetric)));
    }
    let linked = link(&mut fields, inverse, None);
    let wanted = rules.value().map(Vec::as_slice).unwrap_or_default();
    if !wanted.is_empty() {
        fields.push(added("rules", rules_value(wanted.iter())));
    }
    let mut writes = vec![Write::CreateRelationshipType(write)];
    writes.extend(linked.map(|change| link_write(slug, change)));
    writes.extend(wanted.iter().map(|rule| Write::AddRule(slug.clone(), rule.clone())));
    created(key, fields.into_changes(), writes)
}

fn changed_relationship(
    context: &mut Context<'_>,
    schema: &MemorySchema,
    desired: &RelationshipType,
    actual: &ActualRelationshipType,
) -> Row {
    let key = ResourceKey::new(RELATIONSHIP_TYPE, desired.slug.as_str());
    let mut fields = Fields::new(context.options.prune);
    let mut write = empty_write(&desired.slug);
    write.name = fields.required("name", &desired.name, &actual.name);
    write.description = fields.optional("description", &desired.description, actual.description.as_ref());
    write.metadata_schema = fields.value("metadata_schema", &desired.metadata_schema, &actual.metadata_schema);
    write.status = status(&mut fields, desired.status.as_deref(), actual.status.as_deref());
    write.auto_create_when = fields.value("auto_create_when", &desired.auto_create_when, &actual.auto_create_when);
    symmetry(context, &key, &mut fields, desired.is_symmetric, actual.is_symmetric);
    let updates = fields.has_changes();
    // Existing servers set an inverse on both sides: what the other side declares is no drift of this one.
    let sets_both = context.server.generation != Generation::Ours && desired.inverse.is_absent();
    let implied = |other: &&TypeSlug| sets_both && names_as_inverse(schema, other, &desired.slug);
    let linked = link(&mut fields, &desired.inverse, actual.inverse.as_ref().filter(|other| !implied(other)));
    let mut writes = Vec::new();
    if updates {
        writes.push(Write::UpdateRelationshipType(write));
    }
    writes.extend(linked.map(|change| link_write(&desired.slug, change)));
    writes.extend(rule_writes(&mut fields, desired, actual.rules.as_deref().unwrap_or_default()));
    fields.into_row_with(key, writes)
}

fn empty_write(slug: &TypeSlug) -> RelationshipTypeWrite {
    RelationshipTypeWrite {
        slug: slug.clone(),
        name: None,
        description: None,
        metadata_schema: None,
        inverse: None,
        status: None,
        is_symmetric: None,
        auto_create_when: None,
    }
}

fn link_write(slug: &TypeSlug, change: Change<TypeSlug>) -> Write {
    Write::LinkInverse(RelationshipTypeWrite { inverse: Some(change), ..empty_write(slug) })
}

/// The inverse is linked in a request of its own, once both types are there (P9).
fn link(fields: &mut Fields, declared: &Declared<TypeSlug>, actual: Option<&TypeSlug>) -> Option<Change<TypeSlug>> {
    let declared = match declared {
        Declared::Absent => Declared::Absent,
        Declared::Empty => Declared::Empty,
        Declared::Value(slug) => Declared::Value(Text::known(slug.as_str())),
    };
    let actual = actual.map(|slug| Text::known(slug.as_str()));
    match fields.optional("inverse_type_slug", &declared, actual.as_ref())? {
        Change::Set(text) => text.literal().map(|slug| Change::Set(TypeSlug::verbatim(slug))),
        Change::Clear => Some(Change::Clear),
    }
}

/// Whether the files say that `slug` has the inverse `inverse`.
fn names_as_inverse(schema: &MemorySchema, slug: &TypeSlug, inverse: &TypeSlug) -> bool {
    let mut declared = schema.relationship_types.iter().filter(|other| other.slug == *slug);
    declared.any(|other| other.inverse.value() == Some(inverse))
}

/// A status has no empty form, so `--prune` leaves it alone; `active` is the server's default.
fn status(fields: &mut Fields, declared: Option<&str>, actual: Option<&str>) -> Option<String> {
    match (declared, actual) {
        (Some(declared), actual) if actual != Some(declared) => {
            let before = actual.map(Value::known);
            fields.push(field("status", FieldAction::Change, before, Some(Value::known(declared))));
            Some(declared.to_owned())
        }
        (None, Some(actual)) if actual != "active" => {
            let drift = FieldAction::Drift { prunable: false };
            fields.push(field("status", drift, Some(Value::known(actual)), None));
            None
        }
        _ => None,
    }
}

fn symmetry(context: &mut Context<'_>, key: &ResourceKey, fields: &mut Fields, declared: Option<bool>, actual: bool) {
    match declared {
        Some(declared) if declared != actual => {
            let message =
                format!("is_symmetric is {actual} in the org and {declared} in the files, and can't be changed");
            context.problem(key, message, Some("Write the org's value, or use another slug."));
        }
        None if actual => {
            let drift = FieldAction::Drift { prunable: false };
            fields.push(field("is_symmetric", drift, Some(Value::Bool(true)), None));
        }
        _ => {}
    }
}

fn rule_writes(fields: &mut Fields, desired: &RelationshipType, actual: &[StoredRule]) -> Vec<Write> {
    let wanted: BTreeSet<&Rule> = match &desired.rules {
        Declared::Value(rules) => rules.iter().collect(),
        Declared::Empty | Declared::Absent => BTreeSet::new(),
    };
    let found: BTreeSet<&Rule> = actual.iter().map(|stored| &stored.rule).collect();
    let before = rules_value(found.iter().copied());
    let declared = match &desired.rules {
        Declared::Absent => Declared::Absent,
        Declared::Empty => Declared::Empty,
        Declared::Value(_) => Declared::Value(rules_value(wanted.iter().copied())),
    };
    if fields.value("rules", &declared, &before).is_none() {
        return Vec::new();
    }
    let added = wanted.difference(&found).map(|rule| Write::AddRule(desired.slug.clone(), (*rule).clone()));
    let removed = actual.iter().filter(|stored| !wanted.contains(&stored.rule));
    let removed = removed.map(|stored| Write::RemoveRule(desired.slug.clone(), stored.clone()));
    added.chain(removed).collect()
}

/// Rules as texts, sorted: they have no order.
fn rules_value<'rule>(rules: impl Iterator<Item = &'rule Rule>) -> Value {
    let texts: BTreeSet<_> = rules.map(|rule| format!("{} → {}", rule.source, rule.target)).collect();
    Value::known_list(texts)
}

fn check_inverse(
    context: &mut Context<'_>,
    desired: &MemorySchema,
    actual: &ActualMemory,
    relationship: &RelationshipType,
) {
    let Declared::Value(inverse) = &relationship.inverse else { return };
    let selected = context.options.selection.covers(RELATIONSHIP_TYPE, inverse.as_str());
    let declared = selected && desired.relationship_types.iter().any(|other| other.slug == *inverse);
    if !declared && !actual.relationship_types.contains_key(inverse) {
        let key = ResourceKey::new(RELATIONSHIP_TYPE, relationship.slug.as_str());
        let message = format!("its inverse `{inverse}` is neither in the org nor part of this plan");
        context.problem(&key, message, Some("Declare the inverse in a model file."));
    }
}
