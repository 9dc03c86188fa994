//! What is shown of secrets: names, fingerprints and places, and never a value (K2, secrets/S30).

mod delete;
mod list;
mod plan;
mod report;
#[cfg(test)]
mod tests;
mod words;

pub use delete::deletions;
pub use list::list;
pub use plan::{PushView, plan};
pub use report::report;
pub use words::{question_of, suspicion_text, updated};
