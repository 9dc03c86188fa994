//! One file a kind of resource.

mod agent;
mod entity_type;
mod platform;
mod relationship_type;
mod settings;

use super::Kind;

/// An agent's name and description.
pub const AGENT: Kind = Kind::of(&agent::TABLE);
/// An agent's config.
pub const SETTINGS: Kind = Kind::of(&settings::TABLE);
/// A chat integration of an agent.
pub const PLATFORM: Kind = Kind::of(&platform::TABLE);
/// An entity type of the memory schema.
pub const ENTITY_TYPE: Kind = Kind::of(&entity_type::TABLE);
/// A relationship type of the memory schema.
pub const RELATIONSHIP_TYPE: Kind = Kind::of(&relationship_type::TABLE);
