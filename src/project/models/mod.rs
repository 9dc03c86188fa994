//! Model files: the entity types and relationship types that a project declares (project-format 2.5).

mod auto_create;
mod common;
mod cross_check;
mod document;
mod entity;
mod found;
mod read;
mod relationship;

pub use read::{Models, read_models};

#[cfg(test)]
mod tests;
