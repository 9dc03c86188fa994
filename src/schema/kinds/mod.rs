//! One file a kind of resource.

/// An agent itself.
pub mod agent;
pub mod entity_type;
pub mod platform;
pub mod relationship_type;
/// An agent's config.
pub mod settings;
mod watcher;

use super::kind::Kind;

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
/// A scheduled prompt over what the org has stored.
pub const WATCHER: Kind = Kind::of(&watcher::TABLE);
