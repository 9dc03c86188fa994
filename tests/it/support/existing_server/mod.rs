//! A stateful double of the existing server, quirks included.
//!
//! Facts come from `docs/api`; what was recorded holds it (`wire_replay.rs`). What is only a guess about G2 and G3 is
//! said at its place.

mod access;
mod agents;
mod connection;
mod entity_types;
mod fault;
mod looks;
mod message;
mod options;
mod platforms;
mod relationship_types;
mod route;
mod server;
mod state;
mod tools;
mod watchers;

pub(crate) use connection::{Budget, CuttableListener};
pub(crate) use fault::Fault;
pub(crate) use looks::owner_token;
pub(crate) use message::{Answer, RecordedRequest};
pub(crate) use options::Options;
pub(crate) use route::handle;
pub(crate) use server::{ExistingServer, record, respond};
pub(crate) use state::State;
