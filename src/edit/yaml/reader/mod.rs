//! YAML as a tree that knows where each value stands.
//!
//! Built on the events of `granit-parser`: a serde front end has no place for the line of every node, tells `1` from
//! `"1"` too late to refuse it as a key, and limits what aliases may cost by its own measure.

mod build;
mod error;
mod limits;
mod node;
mod scalar;

pub use build::{Stream, parse};
pub use error::{Problem, ProblemKind};
pub use limits::YamlLimits;
pub use node::{Data, Entry, Node, Spot};
pub(super) use scalar::{resolve, resolve_tagged};

#[cfg(test)]
mod tests;
