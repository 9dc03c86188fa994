//! `lobu secrets`: values, kept in the project's `.env` (K6).

mod local;

pub use local::{LocalAction, SecretsLocal, secrets_local};
