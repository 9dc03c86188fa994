//! What a project says once files, skills and defaults are merged, and what an org has: entry by entry, with where each is from.

mod entries;
mod lobu_toml;
mod model_file;
mod places;
mod project;
mod shown;
mod skill_file;
#[cfg(test)]
mod tests;

pub use places::Places;
pub use project::of_project;
pub use shown::{Origin, Said, Shown, ShownField};
