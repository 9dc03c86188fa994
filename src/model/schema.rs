use super::{Declared, Position, Text, TypeSlug, Value};

/// The types of the memory schema, in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemorySchema {
    /// The entity types.
    pub entity_types: Vec<EntityType>,
    /// The relationship types.
    pub relationship_types: Vec<RelationshipType>,
}

/// An entity type as the files want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityType {
    /// Its slug, already in the form that the server stores (F5).
    pub slug: TypeSlug,
    /// Its name, never empty.
    pub name: Text,
    /// Its description.
    pub description: Declared<Text>,
    /// Its icon.
    pub icon: Declared<Text>,
    /// Its colour.
    pub color: Declared<Text>,
    /// The JSON Schema of its metadata, old `properties` and `required` folded in (F5).
    pub metadata_schema: Declared<Value>,
    /// Its event kinds.
    pub event_kinds: Declared<Value>,
    /// Where the files declare it.
    pub position: Position,
}

/// A relationship type as the files want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationshipType {
    /// Its slug.
    pub slug: TypeSlug,
    /// Its name, never empty.
    pub name: Text,
    /// Its description.
    pub description: Declared<Text>,
    /// The JSON Schema of its metadata.
    pub metadata_schema: Declared<Value>,
    /// The slug of its inverse.
    pub inverse: Declared<TypeSlug>,
    /// `active` or `archived`.
    pub status: Option<String>,
    /// Whether it reads the same both ways; can be set only on create (P9).
    pub is_symmetric: Option<bool>,
    /// When the server makes relationships by itself: a list of objects (project-format 2.5).
    pub auto_create_when: Declared<Value>,
    /// Which entity types it may join; exactly these.
    pub rules: Declared<Vec<Rule>>,
    /// Where the files declare it.
    pub position: Position,
}

/// A pair of entity types that a relationship may join.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The slug of the entity type at the start.
    pub source: TypeSlug,
    /// The slug of the entity type at the end.
    pub target: TypeSlug,
}
