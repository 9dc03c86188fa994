use super::object::{Object, distinct};
use super::{Json, ShapeError};

/// An entity type (org-api 5.5). Ids, creators, times and counts are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityTypeRow {
    /// The slug.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The icon.
    pub icon: Option<String>,
    /// The colour.
    pub color: Option<String>,
    /// The JSON Schema of the metadata.
    pub metadata_schema: Option<Json>,
    /// The event kinds.
    pub event_kinds: Option<Json>,
    /// The org that owns it: lists show the types of public orgs too.
    pub organization_slug: Option<String>,
    /// Whether nobody made it.
    pub is_system: bool,
}

/// A relationship type (org-api 5.5). Its rules are not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationshipTypeRow {
    /// The slug.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The JSON Schema of the metadata.
    pub metadata_schema: Option<Json>,
    /// `metadata.autoCreateWhen` (P9).
    pub auto_create_when: Option<Json>,
    /// Whether it reads the same both ways.
    pub is_symmetric: bool,
    /// The slug of its inverse.
    pub inverse_type_slug: Option<String>,
    /// `active` or `archived`.
    pub status: Option<String>,
    /// The org that owns it.
    pub organization_slug: Option<String>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// A rule of a relationship type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// The id, as JSON: a number on known servers.
    pub id: Json,
    /// The slug of the entity type at the start.
    pub source: String,
    /// The slug of the entity type at the end.
    pub target: String,
}

/// Reads the list of entity types.
pub fn entity_types_answer(json: &Json) -> Result<Vec<EntityTypeRow>, ShapeError> {
    let rows = Object::new(json, "")?.objects("entity_types")?;
    let rows = rows.iter().map(entity_type_row).collect::<Result<_, _>>()?;
    // Other orgs may have the slug too, and what the server keeps for itself is never looked at.
    let id = |row: &EntityTypeRow| (!row.is_system).then(|| (row.slug.clone(), row.organization_slug.clone()));
    distinct("entity_types", "slug", rows, id)
}

fn entity_type_row(object: &Object<'_>) -> Result<EntityTypeRow, ShapeError> {
    Ok(EntityTypeRow {
        slug: object.text("slug")?,
        name: object.text("name")?,
        description: object.optional_text("description")?,
        icon: object.optional_text("icon")?,
        color: object.optional_text("color")?,
        metadata_schema: object.raw("metadata_schema"),
        event_kinds: object.raw("event_kinds"),
        organization_slug: object.optional_text("organization_slug")?,
        is_system: object.optional_bool("is_system")?.unwrap_or(false),
    })
}

/// Reads the list of relationship types.
pub fn relationship_types_answer(json: &Json) -> Result<Vec<RelationshipTypeRow>, ShapeError> {
    let rows = Object::new(json, "")?.objects("relationship_types")?;
    let rows = rows.iter().map(relationship_type_row).collect::<Result<_, _>>()?;
    let id = |row: &RelationshipTypeRow| (!row.deleted).then(|| (row.slug.clone(), row.organization_slug.clone()));
    distinct("relationship_types", "slug", rows, id)
}

fn relationship_type_row(object: &Object<'_>) -> Result<RelationshipTypeRow, ShapeError> {
    let auto_create_when = match object.get("metadata") {
        Some(_) => object.object("metadata")?.raw("autoCreateWhen"),
        None => None,
    };
    Ok(RelationshipTypeRow {
        slug: object.text("slug")?,
        name: object.text("name")?,
        description: object.optional_text("description")?,
        metadata_schema: object.raw("metadata_schema"),
        auto_create_when,
        is_symmetric: object.optional_bool("is_symmetric")?.unwrap_or(false),
        inverse_type_slug: object.optional_text("inverse_type_slug")?,
        status: object.optional_text("status")?,
        organization_slug: object.optional_text("organization_slug")?,
        deleted: object.get("deleted_at").is_some(),
    })
}

/// Reads the rules of a relationship type.
pub fn rules_answer(json: &Json) -> Result<Vec<RuleRow>, ShapeError> {
    let rule = |object: &Object<'_>| {
        Ok(RuleRow {
            id: object.get("id").cloned().ok_or(ShapeError {
                path: "rules[].id".to_owned(),
                expected: "an id",
                found: "missing",
            })?,
            source: object.text("source_entity_type_slug")?,
            target: object.text("target_entity_type_slug")?,
        })
    };
    Object::new(json, "")?.objects("rules")?.iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn auto_create_when_is_read_from_the_metadata() {
        let row = json!({"slug": "a", "name": "A", "metadata": {"autoCreateWhen": [], "ruleVersion": 2}});
        let rows = relationship_types_answer(&json!({"relationship_types": [row]})).unwrap();
        assert_eq!(rows[0].auto_create_when, Some(json!([])));
    }

    #[test]
    fn a_row_without_its_slug_is_an_error() {
        let error = entity_types_answer(&json!({"entity_types": [{"?column?": "x", "is_system": true}]})).unwrap_err();
        assert_eq!(error.path, "entity_types[0].slug");
    }
}
