//! Model files: the entity types, relationship types and watchers that a project declares.

mod auto_create;
mod cross_check;
mod document;
mod forms;
mod found;
mod json_schema;
pub(in crate::project) mod keys;
mod read;
mod resource;
mod rules;
mod slugs;
mod source;

pub(in crate::project) use forms::check_text;
pub(in crate::project) use read::is_model;
pub use read::{Models, read_models};

#[cfg(test)]
mod tests;
