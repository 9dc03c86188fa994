//! The API's JSON: what its answers look like and how they are read.
//!
//! Everything is decoded by hand from a JSON tree, so that an error names the place and the types, and never quotes a value.

mod json;
mod object;
mod records;
mod secrets;
mod server;

pub use json::{Json, from_value, to_value};
pub(crate) use object::Object;
pub use object::ShapeError;
pub use records::{
    WireRecord, details_answer, list_route, number_answer, pairs_answer, record_answer, records_answer,
    version_of_answer,
};
pub use secrets::{
    SecretResultRow, SecretRow, comparison_answer, provider_key_answer, secret_results_answer, secret_rows_answer,
};
pub use server::{Health, SecretsAnswer, ServerError, health_answer, is_catch_all, secrets_answer, server_error};
