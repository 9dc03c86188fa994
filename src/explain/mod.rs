//! What people read of the keys of project files, and the JSON Schemas by which editors check them: both from one table.

mod entry;
mod example;
mod facts;
mod guide;
mod json_schema;
mod resolve;
#[cfg(test)]
mod tests;
mod values;

pub use entry::{Entry, ProjectFile};
pub use example::Example;
pub use facts::{Absent, Element, Empty, Prune, Servers};
pub use guide::Guide;
pub use json_schema::{lobu_toml_schema, models_schema, skill_schema};
pub use resolve::NotFound;
pub use values::to_json;
