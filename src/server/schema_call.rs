//! The one endpoint of the memory schema: which action of which kind a body asks for (org-api 5.5).

use super::{
    agents::UNKNOWN_FIELD,
    entity_types,
    json_schema::INVALID_SCHEMA,
    json_text::ObjectText,
    members::{Given, Members},
    refusal::{Answer, Refusal},
    relationship_types,
    scene::Scene,
};

const LONGEST_SLUG: usize = 128;

/// The two kinds of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `entity_type`
    Entity,
    /// `relationship_type`
    Relationship,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity_type",
            Self::Relationship => "relationship_type",
        }
    }
}

/// A checked body.
pub(super) enum SchemaCall {
    Read(SchemaRead),
    Change(SchemaChange),
}

/// An action that reads.
pub(super) enum SchemaRead {
    List { kind: Kind, include_deleted: bool },
    Get { kind: Kind, slug: String },
    Audit { slug: String },
    ListRules { slug: String },
}

/// An action that changes.
pub(super) enum SchemaChange {
    CreateEntity(entity_types::Fields),
    UpdateEntity(entity_types::Fields),
    CreateRelationship(relationship_types::Fields),
    UpdateRelationship(relationship_types::Fields),
    Delete { kind: Kind, slug: String },
    AddRule { slug: String, source: String, target: String },
    RemoveRule { rule_id: i64 },
}

impl SchemaCall {
    /// Tells whether a body asks for a read, and checks it. What can't be understood counts as a change, which needs
    /// more of who asks.
    pub(super) fn parse(body: &[u8]) -> (bool, Result<Self, Refusal>) {
        let members = match Members::parse(body, INVALID_SCHEMA) {
            Ok(members) => members,
            Err(refusal) => return (false, Err(refusal)),
        };
        let reads = matches!(members.peek_text("action"), Some("list" | "get" | "audit" | "list_rules"));
        (reads, Self::from_members(members))
    }

    fn from_members(mut members: Members) -> Result<Self, Refusal> {
        let kind = match members.required_text("schema_type")?.as_str() {
            "entity_type" => Kind::Entity,
            "relationship_type" => Kind::Relationship,
            _ => return Err(Refusal::bad_request("schema_type must be entity_type or relationship_type")),
        };
        let action = members.required_text("action")?;
        match (kind, action.as_str()) {
            (_, "list" | "get") | (Kind::Entity, "audit") | (Kind::Relationship, "list_rules") => {
                SchemaRead::parse(kind, &action, members).map(Self::Read)
            }
            _ => SchemaChange::parse(kind, &action, members).map(Self::Change),
        }
    }
}

impl SchemaRead {
    fn parse(kind: Kind, action: &str, mut members: Members) -> Result<Self, Refusal> {
        let call = match action {
            "list" => {
                let include_deleted = members.flag("include_deleted")?.into_option().unwrap_or(false);
                Self::List { kind, include_deleted }
            }
            "get" => Self::Get { kind, slug: members.required_text("slug")? },
            "audit" => Self::Audit { slug: members.required_text("slug")? },
            _ => Self::ListRules { slug: members.required_text("slug")? },
        };
        members.finish(UNKNOWN_FIELD)?;
        Ok(call)
    }

    /// Answers.
    pub(super) fn run(self, scene: &Scene<'_>) -> Result<Answer, Refusal> {
        match self {
            Self::List { kind: Kind::Entity, .. } => entity_types::list(scene),
            Self::List { kind: Kind::Relationship, include_deleted } => {
                relationship_types::list(scene, include_deleted)
            }
            Self::Get { kind: Kind::Entity, slug } => entity_types::get(scene, &slug),
            Self::Get { kind: Kind::Relationship, slug } => relationship_types::get(scene, &slug),
            Self::Audit { slug } => entity_types::audit(scene, &slug),
            Self::ListRules { slug } => relationship_types::list_rules(scene, &slug),
        }
    }
}

impl SchemaChange {
    fn parse(kind: Kind, action: &str, mut members: Members) -> Result<Self, Refusal> {
        let call = match (kind, action) {
            (Kind::Entity, "create") => return entity_types::Fields::for_create(members).map(Self::CreateEntity),
            (Kind::Entity, "update") => return entity_types::Fields::for_update(members).map(Self::UpdateEntity),
            (Kind::Relationship, "create") => {
                return relationship_types::Fields::for_create(members).map(Self::CreateRelationship);
            }
            (Kind::Relationship, "update") => {
                return relationship_types::Fields::for_update(members).map(Self::UpdateRelationship);
            }
            (_, "delete") => Self::Delete { kind, slug: members.required_text("slug")? },
            (Kind::Relationship, "add_rule") => Self::AddRule {
                slug: members.required_text("slug")?,
                source: members.required_text("source_entity_type_slug")?,
                target: members.required_text("target_entity_type_slug")?,
            },
            (Kind::Relationship, "remove_rule") => {
                // The rule id says all; a slug beside it is allowed.
                members.text("slug")?;
                let rule_id = members.integer("rule_id")?.into_option();
                Self::RemoveRule { rule_id: rule_id.ok_or_else(|| Refusal::bad_request("`rule_id` is required."))? }
            }
            _ => {
                let shown: String = action.chars().take(100).collect();
                return Err(Refusal::bad_request(format!("Unknown action: {shown}")));
            }
        };
        members.finish(UNKNOWN_FIELD)?;
        Ok(call)
    }

    /// Changes the schema.
    pub(super) fn run(self, scene: &Scene<'_>) -> Result<Answer, Refusal> {
        match self {
            Self::CreateEntity(fields) => fields.create(scene),
            Self::UpdateEntity(fields) => fields.update(scene),
            Self::CreateRelationship(fields) => fields.create(scene),
            Self::UpdateRelationship(fields) => fields.update(scene),
            Self::Delete { kind: Kind::Entity, slug } => entity_types::delete(scene, &slug),
            Self::Delete { kind: Kind::Relationship, slug } => relationship_types::delete(scene, &slug),
            Self::AddRule { slug, source, target } => relationship_types::add_rule(scene, &slug, &source, &target),
            Self::RemoveRule { rule_id } => relationship_types::remove_rule(scene, rule_id),
        }
    }
}

/// Starts an answer: every one repeats what was asked.
pub(super) fn answer(kind: Kind, action: &str) -> ObjectText {
    ObjectText::new().text("schema_type", kind.as_str()).text("action", action)
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
