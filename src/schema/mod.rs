//! The kinds of resource: each is declared once, as data, and every other module walks that.

mod declaration;
mod field;
mod file_path;
mod injection;
mod key;
mod kind;
pub mod kinds;
mod record;
mod request;
mod resource;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use declaration::{Declaration, Declarations, EntryKey};
pub use field::{ByField, Clearing, Entries, Field, Form, Keyed, Leaf, Pairs, Shape, Transfer, UPDATE, Widens};
pub use file_path::{
    FileStep, entry_members, field_at, file_leaf, file_path, file_section, file_steps, is_written_by_files,
    table_place, toml_key,
};
pub use injection::Injection;
pub use key::{Effect, Key, KeyForm, TextForm, names};
pub use kind::{Finding, Kind, KindTable, Look, ModelFiles, Owner, Schema};
pub use record::{Pair, Record, Records, StoredPair, Values};
pub use request::{Change, Sent, Write};
pub use resource::{Overlaid, OverlaidAt, Resource, ResourceKey, Sources, element_name};
pub use routes::{Api, ListRoute, Listed, Part, Refusal, Route, Routes, Tool, Verb};
pub use server::{Generation, SecretsMode, ServerTraits};

use kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, WATCHER};

/// Every kind that this program knows, in the order of plans.
pub const ALL: Schema = Schema::of(&[AGENT, SETTINGS, PLATFORM, ENTITY_TYPE, RELATIONSHIP_TYPE, WATCHER]);
