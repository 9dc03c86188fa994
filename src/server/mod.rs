//! The embedded org: the API of `docs/api` over a SQLite store.
//!
//! `docs/api/embedded-org.md` says where it runs, what it refuses, and how it keeps secrets.

mod access;
mod agent_row;
mod agents;
mod applied;
mod audit;
mod auto_create;
mod bootstrap;
mod clock;
mod compare;
mod condition;
mod counter;
mod database;
mod destination;
mod embedded;
mod entity_types;
mod error;
mod files;
mod http;
mod inspect;
mod json_schema;
mod json_text;
mod mcp;
mod members;
mod migrations;
mod platforms;
mod projects;
mod refusal;
mod relationship_types;
mod request_context;
mod schema_call;
mod schema_type;
mod sealed;
mod secrets;
mod serve;
mod settings;
mod shape;
mod store;
mod tokens;
mod vault;
mod watchers;

#[cfg(test)]
mod tests;

pub use access::Role;
pub use audit::AuditEntry;
pub use counter::RequestCounter;
pub use database::Database;
pub use embedded::{Embedded, EmbeddedError, EmbeddedOptions, Endpoint, beside_runtime};
pub use error::StoreError;
pub use http::{ExposedOrgs, ServerOptions, Transport, router};
pub use inspect::{KeyState, StoreContents, StoreInspection, inspect_store, narrow_store};
pub use projects::AppliedProject;
pub use secrets::SecretAuditEntry;
#[cfg(unix)]
pub use serve::serve_unix;
pub use serve::{bind_loopback, serve_tcp};
pub use store::{Store, StoredSecret, TokenRequest, is_reserved_org};
pub use tokens::AccessToken;
