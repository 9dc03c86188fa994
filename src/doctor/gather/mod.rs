//! The facts, from files, from the embedded org and from the server. Reads only.

pub(super) mod project;
pub(super) mod server;
pub(super) mod target;
