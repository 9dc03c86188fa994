//! The one endpoint of the memory schema: which action of which kind a body asks for (`docs/api/memory-schema.md`).

use super::{
    agents::UNKNOWN_FIELD,
    entity_types,
    json_schema::INVALID_SCHEMA,
    members::Members,
    refusal::{Answer, Refusal},
    relationship_types,
    request_context::RequestContext,
    schema_type::SchemaType,
};

/// A checked body.
pub(super) enum SchemaCall {
    Read(SchemaRead),
    Change(SchemaChange),
}

/// An action that reads.
pub(super) enum SchemaRead {
    List { schema_type: SchemaType, include_deleted: bool },
    Get { schema_type: SchemaType, slug: String },
    Audit { slug: String },
    ListRules { slug: String },
}

/// An action that changes.
pub(super) enum SchemaChange {
    CreateEntity(entity_types::Fields),
    UpdateEntity(entity_types::Fields),
    CreateRelationship(relationship_types::Fields),
    UpdateRelationship(relationship_types::Fields),
    Delete { schema_type: SchemaType, slug: String },
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
        let schema_type = match members.required_text("schema_type")?.as_str() {
            "entity_type" => SchemaType::Entity,
            "relationship_type" => SchemaType::Relationship,
            _ => return Err(Refusal::bad_request("schema_type must be entity_type or relationship_type")),
        };
        let action = members.required_text("action")?;
        match (schema_type, action.as_str()) {
            (_, "list" | "get") | (SchemaType::Entity, "audit") | (SchemaType::Relationship, "list_rules") => {
                SchemaRead::parse(schema_type, &action, members).map(Self::Read)
            }
            _ => SchemaChange::parse(schema_type, &action, members).map(Self::Change),
        }
    }
}

impl SchemaRead {
    fn parse(schema_type: SchemaType, action: &str, mut members: Members) -> Result<Self, Refusal> {
        let call = match action {
            "list" => {
                let include_deleted = members.flag("include_deleted")?.into_option().unwrap_or(false);
                Self::List { schema_type, include_deleted }
            }
            "get" => Self::Get { schema_type, slug: members.required_text("slug")? },
            "audit" => Self::Audit { slug: members.required_text("slug")? },
            _ => Self::ListRules { slug: members.required_text("slug")? },
        };
        members.finish(UNKNOWN_FIELD)?;
        Ok(call)
    }

    /// Answers.
    pub(super) fn run(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        match self {
            Self::List { schema_type: SchemaType::Entity, .. } => entity_types::list(context),
            Self::List { schema_type: SchemaType::Relationship, include_deleted } => {
                relationship_types::list(context, include_deleted)
            }
            Self::Get { schema_type: SchemaType::Entity, slug } => entity_types::get(context, &slug),
            Self::Get { schema_type: SchemaType::Relationship, slug } => relationship_types::get(context, &slug),
            Self::Audit { slug } => entity_types::audit(context, &slug),
            Self::ListRules { slug } => relationship_types::list_rules(context, &slug),
        }
    }
}

impl SchemaChange {
    fn parse(schema_type: SchemaType, action: &str, mut members: Members) -> Result<Self, Refusal> {
        let call = match (schema_type, action) {
            (SchemaType::Entity, "create") => return entity_types::Fields::for_create(members).map(Self::CreateEntity),
            (SchemaType::Entity, "update") => return entity_types::Fields::for_update(members).map(Self::UpdateEntity),
            (SchemaType::Relationship, "create") => {
                return relationship_types::Fields::for_create(members).map(Self::CreateRelationship);
            }
            (SchemaType::Relationship, "update") => {
                return relationship_types::Fields::for_update(members).map(Self::UpdateRelationship);
            }
            (_, "delete") => Self::Delete { schema_type, slug: members.required_text("slug")? },
            (SchemaType::Relationship, "add_rule") => Self::AddRule {
                slug: members.required_text("slug")?,
                source: members.required_text("source_entity_type_slug")?,
                target: members.required_text("target_entity_type_slug")?,
            },
            (SchemaType::Relationship, "remove_rule") => {
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

    pub(super) fn run(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        match self {
            Self::CreateEntity(fields) => fields.create(context),
            Self::UpdateEntity(fields) => fields.update(context),
            Self::CreateRelationship(fields) => fields.create(context),
            Self::UpdateRelationship(fields) => fields.update(context),
            Self::Delete { schema_type: SchemaType::Entity, slug } => entity_types::delete(context, &slug),
            Self::Delete { schema_type: SchemaType::Relationship, slug } => relationship_types::delete(context, &slug),
            Self::AddRule { slug, source, target } => relationship_types::add_rule(context, &slug, &source, &target),
            Self::RemoveRule { rule_id } => relationship_types::remove_rule(context, rule_id),
        }
    }
}
