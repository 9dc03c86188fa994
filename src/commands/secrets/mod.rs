//! `lobu secrets`: values, kept in the project's `.env` (K6).

mod ignored;
mod local;
mod name;

pub use local::{LocalAction, SecretsLocal, secrets_local};
