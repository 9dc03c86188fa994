//! What the tests share.

pub(crate) mod existing_server;
