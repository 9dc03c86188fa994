//! Entity types of the memory schema (`docs/api/memory-schema.md`).

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::{Map, Value};

use crate::model::RESERVED_ENTITY_SLUGS;

use super::{
    agents::UNKNOWN_FIELD,
    applied::{self, Applied},
    clock::iso_time,
    json_schema::{check_event_kinds, check_metadata_schema},
    json_text::{ObjectText, array},
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    schema_type::{self, SchemaType, answer, check_name},
};

struct EntityType {
    id: i64,
    slug: String,
    name: String,
    description: Option<String>,
    icon: Option<String>,
    color: Option<String>,
    metadata_schema: Option<String>,
    event_kinds: Option<String>,
    created_by: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
    /// JSON.
    applied_by: Option<String>,
}

const SELECT: &str = "SELECT id, slug, name, description, icon, color, metadata_schema, event_kinds, created_by, \
                      created_at, updated_at, version, applied_by FROM entity_types";

impl EntityType {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            slug: row.get(1)?,
            name: row.get(2)?,
            description: row.get(3)?,
            icon: row.get(4)?,
            color: row.get(5)?,
            metadata_schema: row.get(6)?,
            event_kinds: row.get(7)?,
            created_by: row.get(8)?,
            created_at: row.get(9)?,
            updated_at: row.get(10)?,
            version: row.get(11)?,
            applied_by: row.get(12)?,
        })
    }

    /// Builds the JSON; reads also name the organization and the creator, answers to writes do not (recorded).
    fn json(&self, context: &RequestContext<'_>, read: bool) -> String {
        let mut object = ObjectText::new()
            .number("id", self.id)
            .text("slug", &self.slug)
            .text("name", &self.name)
            .text_or_null("description", self.description.as_deref())
            .text_or_null("icon", self.icon.as_deref())
            .text_or_null("color", self.color.as_deref())
            .raw_or_null("metadata_schema", self.metadata_schema.as_deref())
            .raw_or_null("event_kinds", self.event_kinds.as_deref())
            .text("created_by", &self.created_by)
            .text("organization_id", &context.org.public_id)
            .time("created_at", self.created_at)
            .time("updated_at", self.updated_at)
            .number("version", self.version)
            .raw("current_view_template_version_id", "null");
        if read {
            object = object.text("organization_slug", &context.org.slug).text("created_by_username", &self.created_by);
            object = applied::with_project(object, self.applied_by.as_deref());
        }
        object.flag("is_system", false).number("entity_count", 0).finish()
    }
}

/// `list`: this organization's types, by name.
pub(super) fn list(context: &RequestContext<'_>) -> Result<Answer, Refusal> {
    let mut statement = context.connection().prepare_cached(&format!("{SELECT} WHERE org = ?1 ORDER BY name, id"))?;
    let types = statement
        .query_map([context.org.id], |row| Ok(EntityType::from_row(row)?.json(context, true)))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(answer(SchemaType::Entity, "list").raw("entity_types", &array(types)).finish()))
}

/// `get`: null if there is none.
pub(super) fn get(context: &RequestContext<'_>, slug: &str) -> Result<Answer, Refusal> {
    let json = find(context, slug)?.map(|found| found.json(context, true));
    Ok(Answer::ok(answer(SchemaType::Entity, "get").raw_or_null("entity_type", json.as_deref()).finish()))
}

/// `audit`: who changed the type, oldest first.
pub(super) fn audit(context: &RequestContext<'_>, slug: &str) -> Result<Answer, Refusal> {
    known(context, slug)?;
    let mut statement = context
        .connection()
        .prepare_cached("SELECT id, action, actor, at FROM audit WHERE org = ?1 AND target = ?2 ORDER BY id")?;
    let entries = statement
        .query_map(params![context.org.id, target(slug)], |row| {
            Ok(ObjectText::new()
                .number("id", row.get(0)?)
                .text("action", &row.get::<_, String>(1)?)
                .text("created_by", &row.get::<_, String>(2)?)
                .text("created_at", &iso_time(row.get(3)?))
                .finish())
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(answer(SchemaType::Entity, "audit").raw("audit_entries", &array(entries)).finish()))
}

/// The members of a create or update, checked.
pub(super) struct Fields {
    slug: String,
    name: Given<String>,
    description: Given<String>,
    icon: Given<String>,
    color: Given<String>,
    metadata_schema: Given<String>,
    event_kinds: Given<String>,
}

impl Fields {
    /// Checks the members of a create; the slug comes out as it is stored.
    pub(super) fn for_create(members: Members) -> Result<Self, Refusal> {
        let mut fields = Self::for_update(members)?;
        if fields.slug.starts_with('$') {
            let message = "Entity type slugs starting with '$' are reserved for system types";
            return Err(Refusal::field("reserved_slug", "slug", message));
        }
        fields.slug = stored_slug(&fields.slug);
        if RESERVED_ENTITY_SLUGS.contains(&fields.slug.as_str()) {
            let message = format!(
                "Cannot create entity type with reserved slug '{}'. Reserved: {}",
                fields.slug,
                RESERVED_ENTITY_SLUGS.join(", ")
            );
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
            icon: members.text("icon")?,
            color: members.text("color")?,
            metadata_schema: checked(members.object("metadata_schema")?, check_metadata_schema)?,
            event_kinds: checked(members.object("event_kinds")?, check_event_kinds)?,
        };
        schema_type::ignore_file_members(&mut members);
        members.finish(UNKNOWN_FIELD)?;
        Ok(fields)
    }

    /// Creates the type.
    pub(super) fn create(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let stored = find(context, &self.slug)?;
        context.expect(stored.as_ref().map(|stored| stored.version));
        if stored.is_some() {
            context.refuse_unmet()?;
            let message = format!("Entity type with slug '{}' already exists", self.slug);
            return Err(Refusal::conflict("entity_type_exists", message));
        }
        context
            .connection()
            .prepare_cached(
                "INSERT INTO entity_types (org, slug, name, description, icon, color, metadata_schema, event_kinds,
                 created_by, created_at, updated_at, version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11)",
            )?
            .execute(params![
                context.org.id,
                self.slug,
                self.name.into_option(),
                self.description.into_option(),
                self.icon.into_option(),
                self.color.into_option(),
                self.metadata_schema.into_option(),
                self.event_kinds.into_option(),
                context.actor.user,
                context.now,
                context.next_version()?
            ])?;
        applied::note(context, Applied::EntityType, context.connection().last_insert_rowid())?;
        context.audit("entity_type.create", &target(&self.slug), None)?;
        written(context, "create", &self.slug)
    }

    /// Updates what is given: null clears, absent leaves; equal values write nothing.
    pub(super) fn update(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let stored = known(context, &self.slug)?;
        context.expect(Some(stored.version));
        let changed = context
            .connection()
            .prepare_cached(
                "UPDATE entity_types SET name = ?2, description = ?3, icon = ?4, color = ?5, metadata_schema = ?6,
                 event_kinds = ?7, updated_at = ?8
                 WHERE id = ?1 AND (name, description, icon, color, metadata_schema, event_kinds)
                 IS NOT (?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                stored.id,
                self.name.into_option().unwrap_or(stored.name),
                self.description.or_stored(stored.description),
                self.icon.or_stored(stored.icon),
                self.color.or_stored(stored.color),
                self.metadata_schema.or_stored(stored.metadata_schema),
                self.event_kinds.or_stored(stored.event_kinds),
                context.now
            ])?;
        if changed > 0 {
            context
                .connection()
                .prepare_cached("UPDATE entity_types SET version = ?2 WHERE id = ?1")?
                .execute(params![stored.id, context.next_version()?])?;
            applied::note(context, Applied::EntityType, stored.id)?;
            context.audit("entity_type.update", &target(&self.slug), None)?;
        }
        written(context, "update", &self.slug)
    }
}

/// `delete`.
pub(super) fn delete(context: &RequestContext<'_>, slug: &str) -> Result<Answer, Refusal> {
    let stored = known(context, slug)?;
    context.expect(Some(stored.version));
    context.next_version()?;
    context.connection().prepare_cached("DELETE FROM entity_types WHERE id = ?1")?.execute([stored.id])?;
    context.audit("entity_type.delete", &target(slug), None)?;
    let message = format!("Entity type '{slug}' deleted successfully");
    Ok(Answer::ok(answer(SchemaType::Entity, "delete").flag("success", true).text("message", &message).finish()))
}

fn written(context: &RequestContext<'_>, action: &str, slug: &str) -> Result<Answer, Refusal> {
    let json = known(context, slug)?.json(context, false);
    Ok(Answer::ok(answer(SchemaType::Entity, action).raw("entity_type", &json).finish()))
}

fn find(context: &RequestContext<'_>, slug: &str) -> Result<Option<EntityType>, Refusal> {
    let found = context
        .connection()
        .prepare_cached(&format!("{SELECT} WHERE org = ?1 AND slug = ?2"))?
        .query_row(params![context.org.id, slug], EntityType::from_row)
        .optional()?;
    Ok(found)
}

fn known(context: &RequestContext<'_>, slug: &str) -> Result<EntityType, Refusal> {
    find(context, slug)?.ok_or_else(|| Refusal::not_found(format!("Entity type '{slug}' not found")))
}

fn target(slug: &str) -> String {
    format!("entity-type/{slug}")
}

/// Gives the form in which a slug is stored: lower case, and `-` for every character outside `a–z0–9-`.
fn stored_slug(slug: &str) -> String {
    let keep = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    slug.to_lowercase().chars().map(|character| if keep(character) { character } else { '-' }).collect()
}

/// Checks an object and gives its JSON text.
fn checked(
    given: Given<Map<String, Value>>,
    check: impl FnOnce(&Map<String, Value>) -> Result<(), Refusal>,
) -> Result<Given<String>, Refusal> {
    Ok(match given {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(map) => {
            check(&map)?;
            Given::Value(Value::Object(map).to_string())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::json_schema::INVALID_SCHEMA;

    #[test]
    fn slugs_are_stored_in_lower_case_with_hyphens() {
        for (given, stored) in [("sales_lead", "sales-lead"), ("Fund Round", "fund-round"), ("é.b", "--b")] {
            assert_eq!(stored_slug(given), stored);
        }
    }

    #[test]
    fn reserved_and_system_slugs_are_refused() {
        for slug in ["$member", "watchers", "Connector", "organization"] {
            let body = serde_json::json!({ "slug": slug, "name": "N" }).to_string();
            let members = Members::parse(body.as_bytes(), INVALID_SCHEMA).unwrap();
            assert!(Fields::for_create(members).is_err(), "{slug}");
        }
    }
}
