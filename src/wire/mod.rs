//! The API's JSON: what its answers look like and how they are read (org-api 5).
//!
//! Everything is decoded by hand from a JSON tree, so that an error names the place and the types, and never quotes a value.

mod agents;
mod json;
mod memory;
mod object;
mod secrets;
mod server;

pub use agents::{
    AgentRow, PlatformRow, SettingsRow, agents_answer, created_agent_answer, platforms_answer, settings_answer,
};
pub use json::{Json, from_value, to_value};
pub use memory::{
    EntityTypeRow, RelationshipTypeRow, RuleRow, entity_types_answer, relationship_types_answer, rules_answer,
};
pub(crate) use object::Object;
pub use object::ShapeError;
pub use secrets::{SecretResultRow, SecretRow, secret_results_answer, secret_rows_answer};
pub use server::{Health, SecretsAnswer, ServerError, health_answer, is_catch_all, secrets_answer, server_error};
