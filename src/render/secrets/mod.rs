//! What is shown of secrets: names, fingerprints and places, and never a value.

mod list;
mod phrases;
mod plan;
mod report;
#[cfg(test)]
mod tests;

pub use list::{deletions, list};
pub use phrases::{question_of, suspicion_text, updated};
pub use plan::{PushView, plan};
pub use report::report;
