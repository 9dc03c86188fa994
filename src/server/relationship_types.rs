//! Relationship types of the memory schema, and their rules (`docs/api/memory-schema.md`). Slugs are an organization's own.

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    agents::UNKNOWN_FIELD,
    applied::{self, Applied},
    auto_create::check_auto_create,
    json_schema::{INVALID_SCHEMA, check_metadata_schema},
    json_text::{ObjectText, array},
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    schema_type::{self, SchemaType, answer, check_name},
    vault,
};

struct RelationshipType {
    id: i64,
    slug: String,
    name: String,
    description: Option<String>,
    metadata_schema: Option<String>,
    metadata: Option<String>,
    is_symmetric: bool,
    inverse: Option<i64>,
    inverse_slug: Option<String>,
    status: String,
    created_by: String,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
    version: i64,
    /// JSON.
    applied_by: Option<String>,
}

const SELECT: &str = "SELECT t.id, t.slug, t.name, t.description, t.metadata_schema, t.metadata, t.is_symmetric, \
                      t.inverse, i.slug, t.status, t.created_by, t.created_at, t.updated_at, t.deleted_at, t.version, t.applied_by \
                      FROM relationship_types t LEFT JOIN relationship_types i ON i.id = t.inverse";

/// Which answer a type is part of; each has its own members (recorded).
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Written,
    Got,
    Listed,
}

impl RelationshipType {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            slug: row.get(1)?,
            name: row.get(2)?,
            description: row.get(3)?,
            metadata_schema: row.get(4)?,
            metadata: row.get(5)?,
            is_symmetric: row.get(6)?,
            inverse: row.get(7)?,
            inverse_slug: row.get(8)?,
            status: row.get(9)?,
            created_by: row.get(10)?,
            created_at: row.get(11)?,
            updated_at: row.get(12)?,
            deleted_at: row.get(13)?,
            version: row.get(14)?,
            applied_by: row.get(15)?,
        })
    }

    fn json(&self, context: &RequestContext<'_>, view: View) -> String {
        let inverse = self.inverse.map(|id| id.to_string());
        let mut object = ObjectText::new()
            .number("id", self.id)
            .text("slug", &self.slug)
            .text("name", &self.name)
            .text_or_null("description", self.description.as_deref())
            .text("organization_id", &context.org.public_id)
            .text("created_by", &self.created_by)
            .raw_or_null("metadata_schema", self.metadata_schema.as_deref())
            .raw_or_null("metadata", self.metadata.as_deref())
            .flag("is_symmetric", self.is_symmetric)
            .raw_or_null("inverse_type_id", inverse.as_deref())
            .text_or_null("inverse_type_slug", self.inverse_slug.as_deref())
            .text("status", &self.status)
            .time("created_at", self.created_at)
            .time("updated_at", self.updated_at)
            .number("version", self.version);
        if view != View::Written {
            object = match self.deleted_at {
                Some(at) => object.time("deleted_at", at),
                None => object.raw("deleted_at", "null"),
            };
            object = object.text("organization_slug", &context.org.slug).text("created_by_username", &self.created_by);
            object = applied::with_project(object, self.applied_by.as_deref());
        }
        if view == View::Listed {
            object = object.number("relationship_count", 0);
        }
        object.finish()
    }
}

/// `list`: this organization's types, by name.
pub(super) fn list(context: &RequestContext<'_>, include_deleted: bool) -> Result<Answer, Refusal> {
    let mut statement = context
        .connection()
        .prepare_cached(&format!("{SELECT} WHERE t.org = ?1 AND (?2 OR t.deleted_at IS NULL) ORDER BY t.name, t.id"))?;
    let types = statement
        .query_map(params![context.org.id, include_deleted], |row| {
            Ok(RelationshipType::from_row(row)?.json(context, View::Listed))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(answer(SchemaType::Relationship, "list").raw("relationship_types", &array(types)).finish()))
}

/// `get`: null if there is none.
pub(super) fn get(context: &RequestContext<'_>, slug: &str) -> Result<Answer, Refusal> {
    let json = find(context, slug)?.map(|found| found.json(context, View::Got));
    Ok(Answer::ok(answer(SchemaType::Relationship, "get").raw_or_null("relationship_type", json.as_deref()).finish()))
}

/// The members of a create or update, checked.
pub(super) struct Fields {
    slug: String,
    name: Given<String>,
    description: Given<String>,
    metadata_schema: Given<String>,
    is_symmetric: Option<bool>,
    inverse_slug: Given<String>,
    status: Option<String>,
    auto_create_when: Given<Value>,
}

impl Fields {
    /// Checks the members of a create.
    pub(super) fn for_create(members: Members) -> Result<Self, Refusal> {
        let fields = Self::for_update(members)?;
        if fields.slug.starts_with('$') {
            let message = "Relationship type slugs starting with '$' are reserved for system types";
            return Err(Refusal::field("reserved_slug", "slug", message));
        }
        schema_type::check_slug(&fields.slug)?;
        if matches!(fields.name, Given::Value(_)) {
            Ok(fields)
        } else {
            Err(Refusal::bad_request("name is required for create action"))
        }
    }

    /// Checks the members of an update.
    pub(super) fn for_update(mut members: Members) -> Result<Self, Refusal> {
        let fields = Self {
            slug: members.required_text("slug")?,
            name: check_name(members.text("name")?)?,
            description: members.text("description")?,
            metadata_schema: match members.object("metadata_schema")? {
                Given::Absent => Given::Absent,
                Given::Null => Given::Null,
                Given::Value(schema) => {
                    check_metadata_schema(&schema)?;
                    Given::Value(Value::Object(schema).to_string())
                }
            },
            is_symmetric: members.flag("is_symmetric")?.into_option(),
            inverse_slug: members.text("inverse_type_slug")?,
            status: check_status(members.text("status")?.into_option())?,
            auto_create_when: match members.array("auto_create_when")? {
                Given::Absent => Given::Absent,
                Given::Null => Given::Null,
                Given::Value(conditions) => {
                    check_auto_create(&conditions)?;
                    Given::Value(Value::Array(conditions))
                }
            },
        };
        schema_type::ignore_file_members(&mut members);
        members.finish(UNKNOWN_FIELD)?;
        if matches!(&fields.inverse_slug, Given::Value(inverse) if *inverse == fields.slug) {
            let message = "A relationship type can't be its own inverse";
            return Err(Refusal::field("invalid_inverse", "inverse_type_slug", message));
        }
        Ok(fields)
    }

    /// Creates the type.
    pub(super) fn create(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let stored = find(context, &self.slug)?;
        context.expect(stored.as_ref().map(|stored| stored.version));
        if stored.is_some() {
            context.refuse_unmet()?;
            let message = format!("Relationship type with slug \"{}\" already exists", self.slug);
            return Err(Refusal::conflict("relationship_type_exists", message));
        }
        let inverse = self.inverse(context, None)?;
        context
            .connection()
            .prepare_cached(
                "INSERT INTO relationship_types (org, slug, name, description, metadata_schema, metadata, is_symmetric,
                 inverse, status, created_by, created_at, updated_at, version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12)",
            )?
            .execute(params![
                context.org.id,
                self.slug,
                self.name.into_option(),
                self.description.into_option(),
                self.metadata_schema.into_option(),
                metadata_with(None, self.auto_create_when),
                self.is_symmetric.unwrap_or(false),
                inverse,
                self.status.as_deref().unwrap_or("active"),
                context.actor.user,
                context.now,
                context.next_version()?
            ])?;
        applied::note(context, Applied::RelationshipType, context.connection().last_insert_rowid())?;
        context.audit("relationship_type.create", &target(&self.slug), None)?;
        written(context, "create", &self.slug)
    }

    /// Updates what is given: null clears, absent leaves; equal values write nothing.
    pub(super) fn update(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let stored = known(context, &self.slug)?;
        context.expect(Some(stored.version));
        if self.is_symmetric.is_some_and(|given| given != stored.is_symmetric) {
            let message = "is_symmetric can't be changed after a relationship type was created";
            return Err(Refusal::field("immutable_field", "is_symmetric", message));
        }
        let inverse = self.inverse(context, stored.inverse)?;
        let changed = context
            .connection()
            .prepare_cached(
                "UPDATE relationship_types SET name = ?2, description = ?3, metadata_schema = ?4, metadata = ?5,
                 inverse = ?6, status = ?7, updated_at = ?8
                 WHERE id = ?1 AND (name, description, metadata_schema, metadata, inverse, status)
                 IS NOT (?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                stored.id,
                self.name.into_option().unwrap_or(stored.name),
                self.description.or_stored(stored.description),
                self.metadata_schema.or_stored(stored.metadata_schema),
                metadata_with(stored.metadata, self.auto_create_when),
                inverse,
                self.status.unwrap_or(stored.status),
                context.now
            ])?;
        if changed > 0 {
            renew(context, stored.id)?;
            context.audit("relationship_type.update", &target(&self.slug), None)?;
        }
        written(context, "update", &self.slug)
    }

    /// Finds the row of the inverse that results.
    fn inverse(&self, context: &RequestContext<'_>, stored: Option<i64>) -> Result<Option<i64>, Refusal> {
        match &self.inverse_slug {
            Given::Absent => Ok(stored),
            Given::Null => Ok(None),
            Given::Value(slug) => {
                let inverse = find(context, slug)?.ok_or_else(|| {
                    let message = format!("Inverse relationship type \"{slug}\" not found");
                    Refusal::field("invalid_inverse", "inverse_type_slug", message)
                })?;
                Ok(Some(inverse.id))
            }
        }
    }
}

/// `delete`: retires the rules, and frees the slug.
pub(super) fn delete(context: &RequestContext<'_>, slug: &str) -> Result<Answer, Refusal> {
    let stored = known(context, slug)?;
    context.expect(Some(stored.version));
    let version = context.next_version()?;
    let connection = context.connection();
    connection
        .prepare_cached("UPDATE relationship_types SET deleted_at = ?2, inverse = NULL WHERE id = ?1")?
        .execute(params![stored.id, context.now])?;
    connection
        .prepare_cached("UPDATE relationship_types SET inverse = NULL, version = ?2 WHERE inverse = ?1")?
        .execute(params![stored.id, version])?;
    connection.prepare_cached("DELETE FROM relationship_rules WHERE relationship_type = ?1")?.execute([stored.id])?;
    context.audit("relationship_type.delete", &target(slug), None)?;
    let message = format!("Relationship type \"{slug}\" deleted");
    Ok(Answer::ok(answer(SchemaType::Relationship, "delete").flag("success", true).text("message", &message).finish()))
}

/// `add_rule`; the ends need not exist.
pub(super) fn add_rule(context: &RequestContext<'_>, slug: &str, source: &str, end: &str) -> Result<Answer, Refusal> {
    let stored = known(context, slug)?;
    context.expect(Some(stored.version));
    schema_type::check_slug(source)?;
    schema_type::check_slug(end)?;
    let added: Option<i64> = context
        .connection()
        .prepare_cached(
            "INSERT INTO relationship_rules (relationship_type, source, target, created_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING RETURNING id",
        )?
        .query_row(params![stored.id, source, end, context.now], |row| row.get(0))
        .optional()?;
    let Some(id) = added else {
        return Err(Refusal::conflict("rule_exists", format!("Rule already exists for {source} → {end}")));
    };
    let version = renew(context, stored.id)?;
    context.audit("relationship_rule.add", &target(slug), None)?;
    let rule = rule_json(id, stored.id, source, end, context.now);
    let answer = answer(SchemaType::Relationship, "add_rule").raw("rule", &rule).number("version", version);
    Ok(Answer::ok(answer.finish()))
}

/// `remove_rule`.
pub(super) fn remove_rule(context: &RequestContext<'_>, rule_id: i64) -> Result<Answer, Refusal> {
    let of_type: Option<(i64, String, i64)> = context
        .connection()
        .prepare_cached(
            "SELECT t.id, t.slug, t.version FROM relationship_rules r
             JOIN relationship_types t ON t.id = r.relationship_type WHERE r.id = ?1 AND t.org = ?2",
        )?
        .query_row(params![rule_id, context.org.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (id, slug, version) = of_type.ok_or_else(|| Refusal::not_found(format!("Rule {rule_id} not found")))?;
    context.expect(Some(version));
    context.connection().prepare_cached("DELETE FROM relationship_rules WHERE id = ?1")?.execute([rule_id])?;
    let version = renew(context, id)?;
    context.audit("relationship_rule.remove", &target(&slug), None)?;
    let message = format!("Rule {rule_id} removed");
    Ok(Answer::ok(
        answer(SchemaType::Relationship, "remove_rule")
            .flag("success", true)
            .text("message", &message)
            .number("version", version)
            .finish(),
    ))
}

/// Gives a type the version of a change; its rules count for it.
fn renew(context: &RequestContext<'_>, id: i64) -> Result<i64, Refusal> {
    let version = context.next_version()?;
    context
        .connection()
        .prepare_cached("UPDATE relationship_types SET version = ?2 WHERE id = ?1")?
        .execute(params![id, version])?;
    applied::note(context, Applied::RelationshipType, id)?;
    Ok(version)
}

/// `list_rules`, oldest first.
pub(super) fn list_rules(context: &RequestContext<'_>, slug: &str) -> Result<Answer, Refusal> {
    let stored = known(context, slug)?;
    let mut statement = context.connection().prepare_cached(
        "SELECT id, source, target, created_at FROM relationship_rules WHERE relationship_type = ?1 ORDER BY id",
    )?;
    let rules = statement
        .query_map([stored.id], |row| {
            let (source, end): (String, String) = (row.get(1)?, row.get(2)?);
            Ok(rule_json(row.get(0)?, stored.id, &source, &end, row.get(3)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(answer(SchemaType::Relationship, "list_rules").raw("rules", &array(rules)).finish()))
}

fn rule_json(id: i64, relationship_type: i64, source: &str, end: &str, created_at: i64) -> String {
    ObjectText::new()
        .number("id", id)
        .number("relationship_type_id", relationship_type)
        .text("source_entity_type_slug", source)
        .text("target_entity_type_slug", end)
        .time("created_at", created_at)
        .finish()
}

fn written(context: &RequestContext<'_>, action: &str, slug: &str) -> Result<Answer, Refusal> {
    let json = known(context, slug)?.json(context, View::Written);
    Ok(Answer::ok(answer(SchemaType::Relationship, action).raw("relationship_type", &json).finish()))
}

fn find(context: &RequestContext<'_>, slug: &str) -> Result<Option<RelationshipType>, Refusal> {
    let found = context
        .connection()
        .prepare_cached(&format!("{SELECT} WHERE t.org = ?1 AND t.slug = ?2 AND t.deleted_at IS NULL"))?
        .query_row(params![context.org.id, slug], RelationshipType::from_row)
        .optional()?;
    Ok(found)
}

fn known(context: &RequestContext<'_>, slug: &str) -> Result<RelationshipType, Refusal> {
    find(context, slug)?.ok_or_else(|| Refusal::not_found(format!("Relationship type \"{slug}\" not found")))
}

fn target(slug: &str) -> String {
    format!("relationship-type/{slug}")
}

fn check_status(status: Option<String>) -> Result<Option<String>, Refusal> {
    match status.as_deref() {
        None | Some("active" | "archived") => Ok(status),
        Some(_) => Err(Refusal::field(INVALID_SCHEMA, "status", "`status` must be active or archived.")),
    }
}

/// Gives the metadata that results: conditions with their hash, and a version that counts their changes.
fn metadata_with(stored: Option<String>, conditions: Given<Value>) -> Option<String> {
    let conditions = match conditions {
        Given::Absent => return stored,
        Given::Null => return None,
        Given::Value(conditions) => conditions,
    };
    let hash = vault::hex(&Sha256::digest(conditions.to_string().as_bytes()));
    let previous: Value = stored.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let stored_hash = previous.get("ruleHash").and_then(Value::as_str);
    if stored_hash == Some(hash.as_str()) {
        return stored;
    }
    let version = previous.get("ruleVersion").and_then(Value::as_i64).unwrap_or(0).saturating_add(1);
    Some(json!({ "autoCreateWhen": conditions, "ruleVersion": version, "ruleHash": hash }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_versioned_and_hashed() {
        let first = metadata_with(None, Given::Value(json!([{ "a": 1 }])));
        assert!(first.as_deref().unwrap().contains("\"ruleVersion\":1"));
        assert_eq!(metadata_with(first.clone(), Given::Value(json!([{ "a": 1 }]))), first);
        assert_eq!(metadata_with(first.clone(), Given::Absent), first);
        assert_eq!(metadata_with(first.clone(), Given::Null), None);
        let cleared = metadata_with(first, Given::Value(json!([]))).unwrap();
        // As recorded: the hash of an empty list, and the next version.
        assert!(cleared.contains("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"), "{cleared}");
        assert!(cleared.contains("\"ruleVersion\":2"), "{cleared}");
    }
}
