//! What is shown of secrets: names, fingerprints and places, and never a value.

mod list;
mod phrases;
mod plan;
mod provider_keys;
mod report;
#[cfg(test)]
mod tests;

pub use list::{deletions, list};
pub use phrases::{question_of, suspicion_text, updated};
pub use plan::{PushView, plan};
pub use provider_keys::{key_plan, key_question, key_report};
pub use report::report;
