//! The kinds of resource: each is declared once, as data, and every other module walks that.

mod kind;
pub mod kinds;

pub use kind::{Kind, KindTable, Owner, ResourceKey, Schema};

use kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};

/// Every kind that this program knows, in the order of plans.
pub const ALL: Schema = Schema::of(&[AGENT, SETTINGS, PLATFORM, ENTITY_TYPE, RELATIONSHIP_TYPE]);
