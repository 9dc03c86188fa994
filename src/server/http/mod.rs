//! The HTTP side of the embedded org: guard, routes, and how a request reaches the store.

mod call;
mod guard;
mod handlers;
mod options;
mod router;
mod server;

pub use options::{ExposedOrgs, ServerOptions, Transport};
pub use router::router;
