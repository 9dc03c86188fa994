//! Plans and reports as GitHub reads Markdown: in comments of pull requests, and on the summary page of a run.

mod code;
mod diagrams;
mod lines;
mod page;
mod plan;
mod prose;
mod report;
mod resource;
#[cfg(test)]
mod tests;
mod text;

pub use diagrams::diagrams;
pub use page::{COMMENT, STEP_SUMMARY};
pub use plan::{MarkdownView, plan};
pub use report::report;
pub use text::Markdown;
