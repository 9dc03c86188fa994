//! New projects as texts: one that is made of a few answers, an example, or a copy of a template, and what belongs around it.

mod around;
mod blueprint;
mod example;
mod file;
mod starter_texts;
mod template;
mod workflows;

pub use around::{around, schema_line};
pub use blueprint::{Blueprint, InvalidBlueprint, provider_of, title_of};
pub use example::{EXAMPLES, Example};
pub use file::{FileChange, Merge, NewFile, TakenFiles, changes, with_around};
pub use template::{TemplateError, template};
pub use workflows::github_workflows;

#[cfg(test)]
mod tests;
