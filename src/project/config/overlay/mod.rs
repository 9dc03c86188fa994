//! What a target of the project says otherwise: `[targets.<name>.agents.…]`, merged into the project's own tables.

mod in_target;
mod merge;
mod models;
mod places;
mod read;
mod same;

pub(in crate::project) use in_target::is_in;
pub(super) use models::keys as model_keys;
pub use places::SharedPlaces;
pub(super) use read::read;

#[cfg(test)]
mod tests;
