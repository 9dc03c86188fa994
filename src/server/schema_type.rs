//! The two kinds of types that the memory schema has, and what holds for both.

use super::{
    json_schema::INVALID_SCHEMA,
    json_text::ObjectText,
    members::{Given, Members},
    refusal::Refusal,
};

const LONGEST_SLUG: usize = 128;

/// The two kinds of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SchemaType {
    /// `entity_type`
    Entity,
    /// `relationship_type`
    Relationship,
}

impl SchemaType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity_type",
            Self::Relationship => "relationship_type",
        }
    }
}

/// Starts an answer: every one repeats what was asked.
pub(super) fn answer(schema_type: SchemaType, action: &str) -> ObjectText {
    ObjectText::new().text("schema_type", schema_type.as_str()).text("action", action)
}

/// Leaves what the existing CLI's `memory seed` sends of a model file beside the fields: what kind of file it is, in which
/// version of the format, and rules, which it sends again one by one.
pub(super) fn ignore_file_members(members: &mut Members) {
    for member in ["type", "version", "rules"] {
        drop(members.any(member));
    }
}

/// Refuses an empty name. Null leaves the name: a type always has one.
pub(super) fn check_name(name: Given<String>) -> Result<Given<String>, Refusal> {
    match name {
        Given::Value(name) if name.trim().is_empty() => {
            Err(Refusal::field(INVALID_SCHEMA, "name", "`name` can't be empty."))
        }
        Given::Null => Ok(Given::Absent),
        name => Ok(name),
    }
}

/// Refuses slugs that no URL or file name could carry.
pub(super) fn check_slug(slug: &str) -> Result<(), Refusal> {
    if slug.trim().is_empty() || slug.len() > LONGEST_SLUG || slug.contains(char::is_control) {
        let message = format!("`slug` must be a text of 1 to {LONGEST_SLUG} bytes without control characters.");
        return Err(Refusal::field(INVALID_SCHEMA, "slug", message));
    }
    Ok(())
}
