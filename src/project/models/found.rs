use crate::model::{Diagnostic, Position, TypeSlug};
use crate::model::{EntityType, RelationshipType};

/// What one model file declares.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) entity_types: Vec<EntityType>,
    pub(super) relationship_types: Vec<FoundRelationship>,
    /// Every slug that stands in the file, also of types with errors, so that these do not lead to more.
    pub(super) slugs: Vec<FoundSlug>,
    /// Texts that the server would store in another form (F5).
    pub(super) rewritten: Vec<Rewritten>,
    pub(super) watchers: usize,
    /// Types with `metadata`, which no server takes.
    pub(super) with_metadata: usize,
    /// Whether the file could not be read to its end.
    pub(super) is_broken: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The two kinds of type; each has its own slugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TypeKind {
    Entity,
    Relationship,
}

impl TypeKind {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Entity => "an entity type",
            Self::Relationship => "a relationship type",
        }
    }
}

#[derive(Debug)]
pub(super) struct FoundSlug {
    pub(super) kind: TypeKind,
    pub(super) slug: TypeSlug,
    pub(super) position: Position,
}

#[derive(Debug)]
pub(super) struct FoundRelationship {
    pub(super) declared: RelationshipType,
    /// The ends of its rules, which may be unknown.
    pub(super) ends: Vec<(TypeSlug, Position)>,
}

#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) written: String,
    pub(super) stored: TypeSlug,
    pub(super) position: Position,
}
