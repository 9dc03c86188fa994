//! The HTTP side of the embedded org: guard, routes, and how a request reaches the store.

mod call;
mod guard;
mod handlers;
mod router;

pub use router::{ExposedOrgs, ServerOptions, Transport, router};
