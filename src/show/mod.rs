//! What a project says once files, skills and defaults are merged, and what an org has: entry by entry, with where each is from.

mod difference;
mod entries;
mod lobu_toml;
mod model_file;
mod org;
mod places;
mod project;
mod shown;
mod skill_file;
#[cfg(test)]
mod tests;

pub use difference::{Difference, FieldDifference, OnlyIn, differences};
pub use org::{OfOrg, of_org};
pub use places::Places;
pub use project::of_project;
pub use shown::{Origin, Said, Shown, ShownField};
