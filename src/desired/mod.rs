//! What a project wants, normalised exactly as the server will store it.

mod declaration;
mod state;

pub use declaration::{Declaration, Declared, EntryKey};
pub use state::{Agent, DesiredState, EntityType, MemorySchema, Platform, RelationshipType, Rule, Settings};
