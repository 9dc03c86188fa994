//! What lies on disk: lobu.toml with spans, and all that can be said about it offline.

pub mod config;
pub mod excerpt;
pub mod fix;
pub mod suggest;
