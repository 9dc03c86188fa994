//! `lobu secrets`: values, brought into an org or kept in the project's `.env` (K1–K6).

mod api;
mod confirm;
mod delete;
mod ignored;
mod list;
mod local;
mod local_file;
mod name;
mod push;
mod source;
mod surroundings;

pub use delete::{SecretsDelete, secrets_delete};
pub use list::{SecretsList, secrets_list};
pub use local::{LocalAction, SecretsLocal, secrets_local};
pub use push::{SecretsPush, secrets_push};
pub use source::{SourceChoice, SourceFormat};
pub(super) use surroundings::pins;
